"""``carbonctl completion``: the script by which a shell asks what a TAB offers."""

from typing import Annotated, Literal

import typer

from carbonctl import errors
from carbonctl.cli import options as o
from carbonctl.outputs import writing

Shell = Annotated[
    Literal["bash", "zsh", "fish"], typer.Argument(metavar="SHELL", help="bash, zsh or fish.")
]
_BASH = """\
_carbonctl() {
    local IFS=$'\\n'
    COMPREPLY=($(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
        _CARBONCTL_COMPLETE=complete_bash "${1/#\\~/$HOME}" 2>/dev/null))
    if [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
    return 0
}
complete -o bashdefault -o default -F _carbonctl carbonctl
"""
_ZSH = """\
#compdef carbonctl
_carbonctl() {
    local -a found
    found=("${(@f)$(_CARBONCTL_COMPLETE=complete_zsh \\
        _TYPER_COMPLETE_ARGS="${(j: :)words[1,CURRENT-1]} ${(q)${(Q)PREFIX}}" \\
        ${~${(Q)words[1]}} 2>/dev/null)}")
    if [[ -z "$found[1]" ]]; then
        compset -P '*[=:]'
        _files
    elif [[ "$found[1]" == *= ]]; then
        _describe carbonctl found -U -S ''
    else
        _describe carbonctl found -U
    fi
}
if [[ "$funcstack[1]" == _carbonctl ]]; then
    _carbonctl "$@"
else
    compdef _carbonctl carbonctl
fi
"""
_FISH = """\
function __carbonctl_offers
    set -l tool (string replace -r '^~' $HOME -- (commandline -opc)[1])
    set -g __carbonctl_found (env _CARBONCTL_COMPLETE=complete_fish \\
        _TYPER_COMPLETE_ARGS=(commandline -cp | string collect) $tool 2>/dev/null)
    test (count $__carbonctl_found) -gt 0
end
complete -c carbonctl -n __carbonctl_offers -f -a '(printf "%s\\n" $__carbonctl_found)'
"""
SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def completion(shell: Shell, debug: o.Debug = False) -> int:
    """Print the script that completes commands, flags, kinds, ids and files in a shell.

    It asks carbonctl at every TAB, so that it never has to be made anew. For bash, in ~/.bashrc:

      source <(carbonctl completion bash)

    For zsh, in a folder of $fpath, or the same line in ~/.zshrc after compinit:

      carbonctl completion zsh > ~/.zfunc/_carbonctl

    For fish:

      carbonctl completion fish > ~/.config/fish/completions/carbonctl.fish
    """
    writing.to_stdout(SCRIPTS[shell])
    return errors.OK
