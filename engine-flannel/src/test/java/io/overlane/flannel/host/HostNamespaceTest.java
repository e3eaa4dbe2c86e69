package io.overlane.flannel.host;

import io.overlane.flannel.host.firewall.FirewallScenarios;
import io.overlane.flannel.host.firewall.TrafficScenarios;
import io.overlane.flannel.host.link.LinkScenarios;
import io.overlane.flannel.host.route.RouteScenarios;
import io.overlane.testkit.InNamespace;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What changes and asks a host, in a network namespace of its own. */
class HostNamespaceTest
{
    @TestFactory
    Stream<DynamicTest> firewall() throws Exception
    {
        return InNamespace.tests(FirewallScenarios.class, InNamespace.WITH_IPV6);
    }

    @TestFactory
    Stream<DynamicTest> firewallTraffic() throws Exception
    {
        return InNamespace.tests(TrafficScenarios.class, InNamespace.WITH_IPV6);
    }

    @TestFactory
    Stream<DynamicTest> links() throws Exception
    {
        return InNamespace.tests(LinkScenarios.class, InNamespace.WITH_IPV6);
    }

    @TestFactory
    Stream<DynamicTest> routes() throws Exception
    {
        return InNamespace.tests(RouteScenarios.class, InNamespace.WITH_IPV6);
    }
}
