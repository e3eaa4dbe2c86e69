// SPDX-License-Identifier: Apache-2.0

/** The commands: {@code tun-bridge}, {@code flannel}, {@code ctl}, {@code pcap-replay} and others. */
module io.overlane.cli
{
    requires static org.jspecify;
    requires transitive info.picocli;
    requires transitive io.overlane.core;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    requires io.overlane.admin;
    requires io.overlane.ebpf;
    requires io.overlane.flannel;
    requires io.overlane.http;
    requires io.overlane.metrics;
    requires io.overlane.netty;
    requires io.overlane.replay;
    requires io.overlane.tun;
    requires org.slf4j;
    requires org.snakeyaml.engine;

    exports io.overlane.cli;

    opens io.overlane.cli to info.picocli;
    opens io.overlane.cli.bridge to info.picocli;
    opens io.overlane.cli.bridge.plan to info.picocli;
    opens io.overlane.cli.ctl to info.picocli;
    opens io.overlane.cli.flannel to info.picocli;
    opens io.overlane.cli.host to info.picocli;
    opens io.overlane.cli.replay to info.picocli;
    opens io.overlane.cli.top to info.picocli;
}
