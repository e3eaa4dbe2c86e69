// SPDX-License-Identifier: Apache-2.0

/** A network in memory, faulty underlays and namespaces for tests of engines, ports and underlays. */
module io.overlane.testkit
{
    requires static org.jspecify;
    requires transitive io.overlane.core;
    requires transitive io.overlane.replay;
    requires transitive org.junit.jupiter.api;
    requires com.fasterxml.jackson.jr.ob;
    requires java.management;
    requires jdk.management;
    requires jdk.security.auth;
    requires org.junit.platform.engine;
    requires org.junit.platform.launcher;
    requires org.opentest4j;

    exports io.overlane.testkit;
    exports io.overlane.testkit.fabric;
    exports io.overlane.testkit.kube;

    opens io.overlane.testkit to org.junit.platform.commons;
}
