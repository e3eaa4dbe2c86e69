// SPDX-License-Identifier: Apache-2.0

/** Underlay, devices, ports and VXLAN on Netty, and frames in a {@code ByteBuf}. */
module io.overlane.netty
{
    requires static org.jspecify;
    requires transitive io.netty.buffer;
    requires transitive io.netty.transport;
    requires transitive io.overlane.core;
    requires io.netty.common;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires transitive io.overlane.tun;

    exports io.overlane.netty;
}
