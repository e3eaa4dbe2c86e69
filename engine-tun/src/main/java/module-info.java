// SPDX-License-Identifier: Apache-2.0

/** TAP and TUN devices as ports, and UDP sockets that send and receive many datagrams per system call. */
@SuppressWarnings("module") // The modules that are named below are compiled later.
module io.overlane.tun
{
    requires static org.jspecify;
    requires transitive io.overlane.core;
    requires org.jnrproject.constants;
    requires org.jnrproject.ffi;
    // JNR needs these, and being an automatic module it does not say so.
    requires org.objectweb.asm;
    requires org.objectweb.asm.commons;
    requires org.objectweb.asm.tree;
    requires org.objectweb.asm.tree.analysis;
    requires org.objectweb.asm.util;

    exports io.overlane.tun;
    exports io.overlane.tun.calls;
    exports io.overlane.tun.udp;

    exports io.overlane.tun.handover to io.overlane.cli, io.overlane.flannel;
    exports io.overlane.tun.host to io.overlane.cli, io.overlane.flannel;
    exports io.overlane.tun.libc to io.overlane.ebpf, io.overlane.flannel;
    exports io.overlane.tun.service to io.overlane.cli, io.overlane.flannel;
}
