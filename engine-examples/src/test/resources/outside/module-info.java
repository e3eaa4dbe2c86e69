// SPDX-License-Identifier: Apache-2.0
/** An application that is no part of this project. */
module outside
{
    requires io.netty.transport.epoll.linux.aarch_64;
    requires io.netty.transport.epoll.linux.x86_64;
    requires io.overlane.core;
    requires io.overlane.ebpf;
    requires io.overlane.http;
    requires io.overlane.metrics;
    requires io.overlane.netty;
    requires io.overlane.tun;
}
