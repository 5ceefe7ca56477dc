# Finds a JDK; sourced by godwit and by bench/run.

# The major version of a JDK's folder, read from its release file because starting it costs half a second.
major_of() {
  local version=
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS='=' read -r key value; do
    [ "$key" != JAVA_VERSION ] || version=${value//\"/}
  done <"$1/release"
  version=${version%%[!0-9]*}
  [ -n "$version" ] && echo "$version"
}

# The folder of a JDK of at least this major version.
find_jdk() {
  local folder on_path needed=$1
  on_path=$(command -v java || :)
  if [ -n "$on_path" ]; then
    on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
    on_path=${on_path%/bin/java}
  fi
  for folder in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$folder" ] && [ "$(major_of "$folder" || echo 0)" -ge $needed ]; then
      echo "$folder"
      return
    fi
  done
  if [ -x /usr/libexec/java_home ]; then /usr/libexec/java_home -v "$needed+" 2>/dev/null && return; fi
  echo "godwit needs a JDK $needed or newer and found none. Install one (Debian: apt-get install openjdk-21-jdk or newer;" >&2
  echo "any system: https://adoptium.net) or let JAVA_HOME name its folder." >&2
  return 1
}
