// Validity alone: html-validate's rules of the HTML standard. What a rule of
// accessibility can see in a page, axe sees better in a browser.

module.exports = {
  root: true,
  extends: ["html-validate:standard", "html-validate:document"],
  rules: {
    // every script and style is the site's own, and changes with the page
    "require-sri": "off",
    // the standard has a default for a button's type
    "no-implicit-button-type": "off",
    // said of a role that repeats the element's own, which it may
    "no-redundant-role": "off",
    // axe looks at names, labels and groups, as a browser computes them
    "text-content": "off",
    "prefer-native-element": "off",
    // headings are an outline, in parts that are not shown too
    "empty-heading": "error",
    "heading-level": "error",
    "wcag/h37": ["error", { allowEmpty: true }], // a picture has a text
  },
};
