"""Turns the book's own address into buttons and links, but not into any that
would lead nowhere.

The address is `repository.url` in _config.yml; the environment variable
BOOK_REPOSITORY_URL overrides it, so that a fork's buttons lead to the fork.
"""

import os
import re
from urllib.parse import quote

from sphinx.errors import ConfigError
from sphinx.util import logging

VARIABLE = "BOOK_REPOSITORY_URL"
ADDRESS = re.compile(r"https://(?P<host>[\w.-]+(:\d+)?)/[\w.-]+/[\w.-]+")


def add_buttons(app, config):
    """Set the theme's options before the theme reads them.

    They are part of Sphinx's own record of the configuration, so a new address
    redraws every page without `make clean`.
    """
    options = config.html_theme_options
    url = os.environ.get(VARIABLE) or options.get("repository_url") or ""
    source = (
        VARIABLE
        if os.environ.get(VARIABLE)
        else "repository.url in _config.yml"
    )
    url = url.strip().rstrip("/").removesuffix(".git")
    address = ADDRESS.fullmatch(url)
    if url and not address:
        raise ConfigError(
            f"{source}: {url!r} is not an address like "
            "https://github.com/owner/name"
        )

    host = address["host"].lower() if address else ""
    # The theme knows an edit page's address on these three only, and ends the
    # build on any other.
    known = next(
        (name for name in ("github", "gitlab", "bitbucket") if name in host),
        None,
    )
    if address and not known:
        logging.getLogger(__name__).info(
            f"{source}: the theme has no buttons for {host}"
        )

    options["repository_url"] = url if known else ""
    options["use_repository_button"] = options["use_edit_page_button"] = bool(
        known
    )
    options["use_issues_button"] = known in ("github", "gitlab")
    # Colab opens notebooks from github.com, and from no other host.
    options["launch_buttons"] = (
        {"colab_url": "https://colab.research.google.com"}
        if host == "github.com"
        else {}
    )
    on_github = url if host == "github.com" else ""
    branch = options["repository_branch"]
    config.myst_substitutions |= hosts(on_github, branch) | {
        "colab": colab(on_github, branch)
    }


def colab(url, branch):
    """The front page's way to the first chapter in Colab, if there is one."""
    place = url.replace("github.com", "colab.research.google.com/github", 1)
    page = f"{place}/blob/{branch}/book/01-data.ipynb"
    return f"[Open in Colab]({page})" if url else ""


def hosts(url, branch):
    """What the teaching guide says of Binder, Codespaces and a JupyterHub: links, or without an address their form."""
    name = url.removeprefix("https://github.com/") or "OWNER/NAME"
    repository = quote(f"https://github.com/{name}", safe="")
    folder = name.partition("/")[2]
    links = {
        "binder": f"https://mybinder.org/v2/gh/{name}/{branch}?urlpath=lab/tree/book",
        "codespaces": f"https://codespaces.new/{name}",
        "git_pull": f"https://YOUR-HUB/hub/user-redirect/git-pull?repo={repository}&branch={branch}&urlpath=lab/tree/{folder}/book/01-data.ipynb",
    }
    # whose hub it is, only the reader knows
    return {
        name: f"<{link}>"
        if url and name != "git_pull"
        else f"```text\n{link}\n```"
        for name, link in links.items()
    }


def setup(app):
    app.connect("config-inited", add_buttons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
