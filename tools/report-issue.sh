#!/bin/sh
# Opens the issue about the weekly run, or adds to the one that is open.
# RUN is the address of the run; GitHub's gh needs GH_TOKEN and GH_REPO.
title="The weekly run found a change"

command -v gh > /dev/null || {
    echo "report-issue: needs gh: https://cli.github.com" >&2
    exit 1
}
[ "$RUN" ] || {
    echo "report-issue: RUN is not set: the address of the run" >&2
    exit 1
}
set -e
body="Something outside the book has changed. Its jobs say what: $RUN"
number=$(gh issue list --state open --search "\"$title\" in:title" --json number --jq '.[0].number')
if [ "$number" ]; then
    gh issue comment "$number" --body "$body"
else
    gh issue create --title "$title" --body "$body"
fi
