#include "pipeline/completion/shell_scripts.hpp"

namespace hookflow::pipeline {
namespace {

// `hookflow complete` gives a line each: a word, a tab, what it means; or a tab, then how a file's name ends.
constexpr const char* kBash = R"sh(# bash completion for hookflow
_hookflow() {
  local word=${COMP_WORDS[COMP_CWORD]} line ending file
  [[ $word == '=' ]] && word=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line != $'\t'* ]]; then
      COMPREPLY+=("${line%%$'\t'*}")
      [[ ${COMPREPLY[-1]} == *= ]] && compopt -o nospace
      continue
    fi
    ending=${line#$'\t'}
    compopt -o filenames
    while IFS= read -r file; do
      [[ $ending != / && $file == *"$ending" || -d ${file/#\~/$HOME} ]] && COMPREPLY+=("$file")
    done < <(compgen -f -- "$word")
  done < <("${COMP_WORDS[0]/#\~/$HOME}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _hookflow hookflow
)sh";

constexpr const char* kZsh = R"sh(#compdef hookflow
# zsh completion for hookflow
_hookflow() {
  local line
  local -a before found described assigned
  before=("${(@)words[2,CURRENT-1]}")
  found=("${(@f)$("${(Q)words[1]/#\~/$HOME}" complete -- "${(@Q)before}" "${(Q)PREFIX}" 2>/dev/null)}")
  [[ $PREFIX == *=* ]] && compset -P '*='
  for line in $found; do
    if [[ $line == $'\t/' ]]; then
      _files -/
    elif [[ $line == $'\t'* ]]; then
      _files -g "*${line#$'\t'}"
    elif [[ ${line%%$'\t'*} == *= ]]; then
      assigned+=("${line%%$'\t'*}")
    else
      described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done
  (( $#assigned )) && compadd -S '' -- $assigned
  (( $#described )) && _describe -V hookflow described
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _hookflow "$@"; else compdef _hookflow hookflow; fi
)sh";

}  // namespace

const std::vector<ShellScript>& shell_scripts() {
  static const std::vector<ShellScript> all = {{"bash", kBash}, {"zsh", kZsh}};
  return all;
}

}  // namespace hookflow::pipeline
