/**
 * What bpftrace is told to watch: the processes that descend from one. Each syscall of a program is told once for each way of ending;
 * only those that name a file, a program or a host are told each time, with their names. Only tracepoints are used: they are there
 * without kprobes. Numbers of syscalls are those of x86-64.
 *
 * Each line is a letter, the process, the thread, nanoseconds, and what `lines.ts` reads; a text stands last.
 */
/** Bytes of a text, with the zero that ends it: what the oldest versions of bpftrace can hold. */
export const TEXT_BYTES = 200
/** Arguments of a program that are read. */
export const ARGUMENTS = 20

/** A condition on the syscall that begins or ends. */
const oneOf = (...numbers: readonly number[]): string => numbers.map(number => `$id == ${number}`).join(' || ')

/** open, creat, chdir, unlink, rmdir, mkdir, truncate, chmod, chown, lchown, mknod, utime, utimes, setxattr…, execve. */
const BY_NAME = oneOf(2, 85, 80, 87, 84, 83, 76, 90, 92, 94, 133, 132, 235, 188, 189, 197, 198, 59)
/** openat, openat2, unlinkat, mkdirat, mknodat, fchownat, futimesat, fchmodat, fchmodat2, utimensat, execveat. */
const AT = oneOf(257, 437, 263, 258, 259, 260, 261, 268, 452, 280, 322)
const RENAME = 82
/** renameat, renameat2. */
const RENAME_AT = oneOf(264, 316)
/** link and symlink change their second name; linkat and symlinkat that in a directory. */
const SECOND = oneOf(86, 88)
const LINK_AT = 265
const SYMLINK_AT = 266
/** dup, dup2, dup3; and fcntl, told to do the same. */
const COPIES = oneOf(32, 33, 292)
const FCNTL = 72
/** write, writev, sendfile, sendto, sendmsg, sendmmsg. */
const SENDS = oneOf(1, 20, 40, 44, 46, 307)

const address = (sockaddr: string): string => `
      $family = *(uint16 *)uptr(${sockaddr});
      $port = (*(uint8 *)uptr((${sockaddr}) + 2) << 8) + *(uint8 *)uptr((${sockaddr}) + 3);
      if ($family == 2) { printf("C %d %d %llu %d %lld %d %s\\n", pid, tid, nsecs, $id, $ret, $port, ntop(*(uint32 *)uptr((${sockaddr}) + 4))); }
      if ($family == 10) { printf("C %d %d %llu %d %lld %d %s\\n", pid, tid, nsecs, $id, $ret, $port, ntop(((struct ambit_six *)uptr(${sockaddr}))->address)); }
      if ($family == 1) { printf("U %d %d %llu %d %lld %s\\n", pid, tid, nsecs, $id, $ret, str(uptr((${sockaddr}) + 2))); }`

/** `root`: whose children are watched. */
export const programFor = (root: number): string => `
struct ambit_six { unsigned short family; unsigned short port; unsigned int flow; unsigned char address[16]; };

BEGIN { printf("R 0 0 %llu\\n", nsecs); }

tracepoint:sched:sched_process_fork /pid == ${root} || @tree[pid]/ {
  @tree[args->child_pid] = 1;
  printf("F %d %d %llu %d %llu %d\\n", pid, tid, nsecs, @nr[tid] - 1, @flags[tid], args->child_pid);
}

tracepoint:sched:sched_process_exec /@tree[pid]/ {
  @programs[pid] = @programs[pid] + 1;
  printf("X %d %d %llu %s\\n", pid, tid, nsecs, str(args->filename));
}

tracepoint:sched:sched_process_exit /@tree[pid]/ {
  printf("E %d %d %llu %d\\n", pid, tid, nsecs, @nr[tid] - 1);
  delete(@programs[tid]); delete(@tree[tid]); delete(@nr[tid]); delete(@flags[tid]);
  delete(@a0[tid]); delete(@a1[tid]); delete(@a2[tid]); delete(@a3[tid]); delete(@a4[tid]);
}

tracepoint:raw_syscalls:sys_enter /pid == ${root}/ {
  @nr[tid] = args->id + 1;
  @flags[tid] = (uint64)0;
}

tracepoint:raw_syscalls:sys_enter /@tree[pid]/ {
  $id = args->id;
  @nr[tid] = $id + 1;
  @a0[tid] = args->args[0]; @a1[tid] = args->args[1]; @a2[tid] = args->args[2]; @a3[tid] = args->args[3]; @a4[tid] = args->args[4];
  @flags[tid] = (uint64)0;
  if ($id == 56) { @flags[tid] = (uint64)args->args[0]; }
  if ($id == 435) { @flags[tid] = *(uint64 *)uptr(args->args[0]); }
  if ($id == 15) { printf("S %d %d %llu %d 0\\n", pid, tid, nsecs, $id); }
  if ((${SENDS}) && @aimed[pid, args->args[0]]) {
    printf("W %d %d %llu %d %d\\n", pid, tid, nsecs, $id, args->args[0]);
    delete(@aimed[pid, args->args[0]]);
  }
}

tracepoint:syscalls:sys_enter_execve /@tree[pid]/ {
  $i = (uint64)0;
  unroll(${ARGUMENTS + 1}) {
    if ($i <= ${ARGUMENTS}) {
      $text = *(uint64 *)((uint64)args->argv + 8 * $i);
      if ($text == 0) { $i = (uint64)999; }
      else { printf("A %d %d %llu %d %s\\n", pid, tid, nsecs, $i, str($text)); $i = $i + 1; }
    }
  }
}

tracepoint:raw_syscalls:sys_exit /@tree[pid]/ {
  $id = args->id;
  $ret = args->ret;
  $way = $ret < 0 && $ret > -4096 ? ($ret == -1 ? 1 : 2) : 0;
  if ($id >= 0 && !@told[pid, @programs[pid], $id, $way]) {
    @told[pid, @programs[pid], $id, $way] = 1;
    printf("S %d %d %llu %d %lld\\n", pid, tid, nsecs, $id, $ret);
  }
  if (${BY_NAME}) {
    if ($id != 59 || $ret < 0) {
      printf("P %d %d %llu %d %lld -100 %llu %s\\n", pid, tid, nsecs, $id, $ret, (uint64)@a1[tid], str(uptr(@a0[tid])));
    }
  }
  if (${AT}) {
    $how = (uint64)@a2[tid];
    if ($id == 437) { $how = *(uint64 *)uptr(@a2[tid]); }
    if ($id != 322 || $ret < 0) {
      printf("P %d %d %llu %d %lld %d %llu %s\\n", pid, tid, nsecs, $id, $ret, (int32)@a0[tid], $how, str(uptr(@a1[tid])));
    }
  }
  if ($id == ${RENAME}) {
    printf("P %d %d %llu %d %lld -100 0 %s\\n", pid, tid, nsecs, $id, $ret, str(uptr(@a0[tid])));
    printf("P %d %d %llu %d %lld -100 0 %s\\n", pid, tid, nsecs, $id, $ret, str(uptr(@a1[tid])));
  }
  if (${RENAME_AT}) {
    printf("P %d %d %llu %d %lld %d 0 %s\\n", pid, tid, nsecs, $id, $ret, (int32)@a0[tid], str(uptr(@a1[tid])));
    printf("P %d %d %llu %d %lld %d 0 %s\\n", pid, tid, nsecs, $id, $ret, (int32)@a2[tid], str(uptr(@a3[tid])));
  }
  if (${SECOND}) {
    printf("P %d %d %llu %d %lld -100 0 %s\\n", pid, tid, nsecs, $id, $ret, str(uptr(@a1[tid])));
  }
  if ($id == ${LINK_AT}) {
    printf("P %d %d %llu %d %lld %d 0 %s\\n", pid, tid, nsecs, $id, $ret, (int32)@a2[tid], str(uptr(@a3[tid])));
  }
  if ($id == ${SYMLINK_AT}) {
    printf("P %d %d %llu %d %lld %d 0 %s\\n", pid, tid, nsecs, $id, $ret, (int32)@a1[tid], str(uptr(@a2[tid])));
  }
  if ($id == 41 && $ret >= 0) {
    $type = (uint64)@a1[tid] & 15;
    printf("K %d %d %llu %lld %d\\n", pid, tid, nsecs, $ret, $type);
    @datagrams[pid, $ret] = $type == 2 ? 1 : 0;
    delete(@aimed[pid, $ret]);
  }
  if ($ret >= 0) {
    if (${COPIES} || ($id == ${FCNTL} && (@a1[tid] == 0 || @a1[tid] == 1030))) {
      printf("D %d %d %llu %lld %d\\n", pid, tid, nsecs, $ret, (int32)@a0[tid]);
    }
  }
  if ($id == 81) { printf("H %d %d %llu %lld %d\\n", pid, tid, nsecs, $ret, (int32)@a0[tid]); }
  if ($id == 42) {
    printf("G %d %d %llu %d\\n", pid, tid, nsecs, (int32)@a0[tid]);
    if ($ret == 0 && @datagrams[pid, @a0[tid]]) { @aimed[pid, @a0[tid]] = 1; }
    ${address('(uint64)@a1[tid]')}
  }
  if ($id == 49) {
    if (*(uint16 *)uptr(@a1[tid]) == 1) {
      printf("G %d %d %llu %d\\n", pid, tid, nsecs, (int32)@a0[tid]);
      printf("U %d %d %llu %d %lld %s\\n", pid, tid, nsecs, $id, $ret, str(uptr(@a1[tid] + 2)));
    }
  }
  if ($id == 44 && @a4[tid] != 0) {
    printf("G %d %d %llu %d\\n", pid, tid, nsecs, (int32)@a0[tid]);
    ${address('(uint64)@a4[tid]')}
  }
  if ($id == 46 || $id == 307) {
    $name = *(uint64 *)uptr(@a1[tid]);
    if ($name != 0) {
      printf("G %d %d %llu %d\\n", pid, tid, nsecs, (int32)@a0[tid]);
      ${address('$name')}
    }
  }
  if ($id >= 0) { delete(@nr[tid]); }
}
`
