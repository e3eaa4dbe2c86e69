// SPDX-License-Identifier: Apache-2.0

/** A node of a flannel network: its lease in etcd, its devices, routes and firewall rules. */
module io.overlane.flannel
{
    requires static org.jspecify;
    requires transitive io.overlane.admin;
    requires transitive io.overlane.core;
    requires transitive info.picocli;
    requires io.overlane.ebpf;
    requires io.overlane.http;
    requires io.overlane.metrics;
    requires io.overlane.tun;
    requires com.fasterxml.jackson.core;
    requires org.apache.httpcomponents.core5.httpcore5;
    requires jdk.jfr;
    requires org.snakeyaml.engine;

    exports io.overlane.flannel.lease;
    exports io.overlane.flannel.node;

    opens io.overlane.flannel.node to info.picocli;
}
