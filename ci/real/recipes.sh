# shellcheck shell=bash
# How ci/real-programs runs each program. A function run_NAME runs it in the working directory, an empty folder, and
# checks its output. It prints what is wrong, or returns with a status that is not 0. Its standard error goes to the
# file `err`. `before`, `overtake`, `options`, `scale`, `sysroot`, `root` and `limit` are variables of ci/real-programs.
# shellcheck disable=SC2154 # those variables

# guest PROGRAM ARGUMENT…: runs a program of the sysroot as `options` say, and notes its processor time in `cpu`.
guest() {
    local program=$1
    shift
    # The copies of the shell's own descriptors are not the guest's.
    {
        TIMEFORMAT='%U %S'
        time timeout --kill-after=5 $((limit + 30)) "${before[@]}" "$overtake" run "${options[@]}" -- \
            "$sysroot/$program" "$@" 2>&3 3>&-
    } 3>&2 2>>cpu
}

# plainly PROGRAM ARGUMENT…: runs a program of the sysroot under plain QEMU.
plainly() {
    local program=$1
    shift
    "$overtake" run --quiet --model none --timeout "$limit" -- "$sysroot/$program" "$@"
}

# input BYTES FILE: writes `scale` times that many bytes of the sysroot's C library.
input() {
    local libraries=("$sysroot"/usr/lib/*/libc.so.6 "$sysroot"/lib/*/libc.so.6)
    local library
    for library in "${libraries[@]}"; do
        [ ! -e "$library" ] || break
    done
    head -c $(($1 * scale)) "$library" >"$2"
}

# expect TEXT FILE: says what is wrong unless the file has this text.
expect() {
    local text
    text=$(cat "$2")
    [ "$text" = "$1" ] || echo "the output is \`${text:0:100}\`, not \`$1\`"
}

# same FILE FILE: says what is wrong unless both are the same.
same() {
    cmp --silent "$1" "$2" || echo "$1 and $2 differ"
}

run_xz() {
    input 400000 text
    guest usr/bin/xz -T4 -3 --block-size=100000 --stdout text >packed || return
    plainly usr/bin/xz -d --stdout packed >unpacked || return
    same text unpacked
}

run_zstd() {
    input 1000000 text
    guest usr/bin/zstd --quiet -T4 -B256000 -3 -c text >packed || return
    plainly usr/bin/zstd --quiet -d -c packed >unpacked || return
    same text unpacked
}

run_pigz() {
    input 500000 text
    guest usr/bin/pigz -p 4 -b 128 -c text >packed || return
    plainly usr/bin/pigz -d -c packed >unpacked || return
    same text unpacked
}

run_pbzip2() {
    input 400000 text
    guest usr/bin/pbzip2 -p4 -b1 -1 -c text >packed || return
    plainly usr/bin/pbzip2 -d -c packed >unpacked || return
    same text unpacked
}

run_lbzip2() {
    input 400000 text
    guest usr/bin/lbzip2 -n 4 -1 -c text >packed || return
    plainly usr/bin/lbzip2 -d -c packed >unpacked || return
    same text unpacked
}

# A server under overtake with three threads for input and output, and clients under plain QEMU.
run_redis() {
    local server
    guest usr/bin/redis-server --port 0 --unixsocket socket --save '' --appendonly no --io-threads 3 \
        --io-threads-do-reads yes --ignore-warnings ARM64-COW-BUG --dir . >log &
    server=$!
    wait_for socket "$server" || return
    plainly usr/bin/redis-benchmark -s socket -q -c 6 -n 300 incr counter >benchmark ||
        echo 'redis-benchmark failed'
    plainly usr/bin/redis-cli -s socket get counter >value
    plainly usr/bin/redis-cli -s socket shutdown nosave >/dev/null
    wait "$server" || return
    expect 300 value
}

# wait_for FILE PROCESS: waits until a server has made the file.
wait_for() {
    local tries
    for ((tries = 0; tries < 10 * limit; tries++)); do
        [ ! -e "$1" ] || return 0
        kill -0 "$2" 2>/dev/null || break
        sleep 0.1
    done
    echo 'the server does not start'
    wait "$2"
}

# A server with four threads, and four clients at a time.
run_memcached() {
    local server port client
    export MEMCACHED_PORT_FILENAME=ports
    guest usr/bin/memcached -l 127.0.0.1 -p -1 -U 0 -t 4 -A -u root >log &
    server=$!
    unset MEMCACHED_PORT_FILENAME
    wait_for ports "$server" || return
    port=$(sed -n 's/^TCP INET: //p' ports | head -n 1)
    printf 'set counter 0 0 1\r\n0\r\n' | talk "$port" STORED >/dev/null
    for client in 1 2 3 4; do
        for ((n = 0; n < 20; n++)); do
            printf 'incr counter 1\r\n'
        done | talk "$port" '^[0-9]*.$' 20 >"client$client" &
    done
    # shellcheck disable=SC2046 # several processes
    wait $(jobs -p | grep -vx "$server")
    printf 'get counter\r\n' | talk "$port" END | tr -d '\r' | sed -n 2p >counter
    printf 'shutdown\r\n' | talk "$port" NONE >/dev/null
    wait "$server" || return
    expect 80 counter
}

# talk PORT PATTERN [COUNT]: sends what it reads to a server on this machine, and prints the answers, up to the
# COUNT-th line (1) that matches or the end.
talk() {
    local answer seen=0
    exec 4<>"/dev/tcp/127.0.0.1/$1"
    cat >&4
    while [ "$seen" -lt "${3:-1}" ] && read -r -t "$limit" answer <&4; do
        printf '%s\n' "$answer"
        ! grep -q "$2" <<<"$answer" || seen=$((seen + 1))
    done
    exec 4>&-
}

# -B: the first run would write its modules' bytecode, which the next one reads.
run_python3() {
    guest usr/bin/python3 -B -I "$root/ci/real/threads.py" >output || return
    expect '4950 3 2470' output
}

run_node() {
    guest usr/bin/node "$root/ci/real/worker.js" >output || return
    expect '4000 4950 0' output
}

# A sorter with three threads beside the main one; small pages make it write runs to files.
run_sqlite() {
    cat >script <<'END'
PRAGMA page_size = 512;
PRAGMA cache_size = 20;
PRAGMA threads = 3;
CREATE TABLE t (a INTEGER, b TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
    INSERT INTO t SELECT i * 7919 % 6007, 'text of row ' || i FROM n;
CREATE INDEX x ON t (b, a);
SELECT count(*), sum(a), min(b), max(b) FROM t;
SELECT count(*) FROM (SELECT a, lag(a) OVER (ORDER BY a) AS before FROM t) WHERE before >= a;
PRAGMA integrity_check;
END
    cat >reference <<'END'
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
SELECT count(*), sum(i * 7919 % 6007), 'text of row 1', 'text of row 999' FROM n;
END
    guest usr/bin/sqlite3 -batch :memory: <script >output || return
    plainly usr/bin/sqlite3 -batch :memory: <reference >expected || return
    printf '0\nok\n' >>expected
    grep -v '^3$' output | cmp --silent expected - || echo "the output is \`$(head -c 100 output)\`"
}

# A program in Go, whose matcher has several goroutines. It sorts by length, the test by text.
run_fzf() {
    seq 1 20000 >lines
    guest usr/bin/fzf --exact --filter 123 <lines >output || return
    grep 123 lines | sort >expected
    sort output | cmp --silent expected - || echo 'other lines match than with grep'
}

run_java() {
    local java
    java=$(cd "$sysroot" && echo usr/lib/jvm/java-[1-9][0-9]-openjdk-*/bin/java)
    guest "$java" -Xmx64m -cp "$sysroot/real" Threads >output || return
    expect '124750 500 500 true' output
}

# A program with TBB: removes adapters from the ends of reads.
run_tbb() {
    awk 'BEGIN {
        srand(1); print ">adapter\nACGTTGCATTGACCA" >"adapters.fasta"
        for (read = 0; read < 200; read++) {
            text = ""; for (i = 0; i < 40; i++) text = text substr("ACGT", int(rand() * 4) + 1, 1)
            printf ">r%d\n%sACGTTGCATTGACCA\n", read, text >"reads.fasta"
        }
    }'
    guest usr/bin/flexbar --threads 4 --bundle 16 --reads reads.fasta --adapters adapters.fasta --target out >log || return
    plainly usr/bin/flexbar --threads 1 --reads reads.fasta --adapters adapters.fasta --target expected >log || return
    [ -s out.fasta ] || echo 'there is no output'
    paste - - <out.fasta | sort >out.sorted
    paste - - <expected.fasta | sort | cmp --silent out.sorted - || echo 'the output is not that of one thread'
}

# A program with OpenMP: counts primes.
run_openmp() {
    guest usr/bin/primecount 1e10 --threads=4 >output || return
    expect 455052511 output
}

run_rayon() {
    input 1000000 text
    guest usr/bin/b3sum --num-threads 4 text >output || return
    plainly usr/bin/b3sum --num-threads 1 text >expected || return
    same output expected
}

run_ripgrep() {
    guest usr/bin/rg --threads 4 --count --no-messages e "$root/ci" "$root/docker" >output || return
    grep -rc e "$root/ci" "$root/docker" | grep -v ':0$' | sort >expected
    sort output | cmp --silent expected - || echo 'other counts than those of grep'
}

run_tokio() {
    guest real/tokio >output || return
    expect '79800 9800 true' output
}
