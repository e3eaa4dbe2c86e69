// SPDX-License-Identifier: Apache-2.0

/**
 * The engine: it carries frames between ports and an underlay, and has the tables that say where each frame goes.
 * Packages that are not exported are not for applications.
 */
@SuppressWarnings("module") // The modules that are named below are compiled later.
module io.overlane.core
{
    requires static org.jspecify;
    requires transitive org.agrona;
    requires jdk.net;
    // JDKs before 22 have no other way to the address of memory. It is found by name.
    requires jdk.unsupported;

    exports io.overlane.address;
    exports io.overlane.control;
    exports io.overlane.engine;
    exports io.overlane.event;
    exports io.overlane.fastpath;
    exports io.overlane.fate;
    exports io.overlane.frame;
    exports io.overlane.memory;
    exports io.overlane.policy;
    exports io.overlane.port;
    exports io.overlane.routing;
    exports io.overlane.signal;
    exports io.overlane.stage;
    exports io.overlane.status;
    exports io.overlane.underlay;
    exports io.overlane.wire;

    exports io.overlane.error to
        io.overlane.admin, io.overlane.cli, io.overlane.flannel, io.overlane.http, io.overlane.netty,
        io.overlane.replay, io.overlane.tun;
    exports io.overlane.offload to io.overlane.tun;
    exports io.overlane.parse to io.overlane.replay, io.overlane.tun;
    exports io.overlane.setting to io.overlane.flannel, io.overlane.netty, io.overlane.replay, io.overlane.tun;
    exports io.overlane.underlay.base to io.overlane.netty, io.overlane.testkit, io.overlane.tun;
}
