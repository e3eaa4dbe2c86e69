// SPDX-License-Identifier: Apache-2.0

/** The fast path in the Linux kernel: BPF programs, assembled in Java and loaded with bpf(2). */
module io.overlane.ebpf
{
    requires static org.jspecify;
    requires transitive io.overlane.core;
    requires io.overlane.tun;
    requires org.agrona;

    exports io.overlane.ebpf;
}
