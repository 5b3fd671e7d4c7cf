import type { CommandResult } from "../command-work.js";

/** `kdf completion SHELL`. Each script asks `kdf complete` with the words so far; KDF is the command as it was typed. */
export function completionScript(shell: "bash" | "zsh" | "fish"): CommandResult {
  const text = scripts[shell];
  return { text, json: { shell, script: text } };
}

const bash = `# kdf completion for bash: eval "$(kdf completion bash)"
_kdf_complete() {
  local current="\${COMP_WORDS[COMP_CWORD]}" line
  # Colons and equals signs break bash's words; a name such as network:resnet8 is one word.
  local typed="\${COMP_LINE:0:COMP_POINT}"
  local -a words
  read -ra words <<<"$typed"
  [[ "$typed" == *[[:space:]] ]] && words+=("")
  local whole="\${words[\${#words[@]}-1]}"
  local broken="\${whole%"$current"}"
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :files) compopt -o filenames 2>/dev/null; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current") ;;
      :folders) compopt -o filenames 2>/dev/null; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current") ;;
      :open) compopt -o nospace 2>/dev/null ;;
      ?*) line="\${line%%$'\\t'*}"; COMPREPLY+=("\${line#"$broken"}") ;;
    esac
  done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _kdf_complete kdf`;

const zsh = `#compdef kdf
# kdf completion for zsh: eval "$(kdf completion zsh)", after compinit
_kdf() {
  local line word paths open
  local -a candidates
  while IFS= read -r line; do
    case "$line" in
      :files|:folders) paths="\${line#:}" ;;
      :open) open=1 ;;
      ?*)
        word="\${line%%$'\\t'*}"
        if [[ "$line" == *$'\\t'* ]]; then candidates+=("\${word//:/\\\\:}:\${line#*$'\\t'}"); else candidates+=("\${word//:/\\\\:}"); fi
        ;;
    esac
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    if [[ -n "$open" ]]; then _describe kdf candidates -S ""; else _describe kdf candidates; fi
  fi
  [[ "$paths" == files ]] && _files
  [[ "$paths" == folders ]] && _files -/
  return 0
}
compdef _kdf kdf`;

const fish = `# kdf completion for fish: kdf completion fish > ~/.config/fish/completions/kdf.fish
function __kdf_complete
  set --local words (commandline --tokenize --cut-at-cursor --current-process)
  set --local current (commandline --current-token --cut-at-cursor)
  for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path "$current"
      case ':folders'
        __fish_complete_directories "$current" ''
      case ':open'
      case '*'
        echo $line
    end
  end
end
complete --command kdf --no-files --arguments '(__kdf_complete)'`;

const scripts = { bash, zsh, fish } as const;
