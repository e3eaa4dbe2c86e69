// SPDX-License-Identifier: Apache-2.0

/** BPF programs for the Linux kernel, assembled in Java and loaded with bpf(2). */
module io.overlane.ebpf
{
    requires static org.jspecify;
    requires io.overlane.core;
    requires io.overlane.tun;
    requires org.agrona;
}
