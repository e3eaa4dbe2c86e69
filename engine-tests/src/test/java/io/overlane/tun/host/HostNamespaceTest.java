package io.overlane.tun.host;

import io.overlane.testkit.InNamespace;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What changes and asks a host, in a network namespace of its own. */
class HostNamespaceTest
{
    @TestFactory
    Stream<DynamicTest> configuration() throws Exception
    {
        return InNamespace.tests(HostConfigScenarios.class, InNamespace.WITH_IPV6);
    }

    @TestFactory
    Stream<DynamicTest> mtu() throws Exception
    {
        return InNamespace.tests(UnderlayMtuScenarios.class, InNamespace.WITH_IPV6);
    }
}
