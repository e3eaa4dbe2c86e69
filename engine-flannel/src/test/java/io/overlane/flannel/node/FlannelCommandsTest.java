// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import static io.overlane.flannel.node.TestLeases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.command.EngineCaptures;
import io.overlane.admin.AdminStatus;
import io.overlane.admin.Answer;
import io.overlane.flannel.backend.Backend;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.host.route.KernelRoute;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A node under an operator's questions. */
class FlannelCommandsTest
{
    private static final HostPlan PLAN = new HostPlan(
        List.of(KernelRoute.tunnel(IpPrefix.parse("10.5.2.0/24"), "flannel.1")),
        Map.of(IpAddress.parse("10.5.2.0"), MacAddress.parse("02:00:00:00:00:02")));

    private FlannelStatus status = new FlannelStatus(
        lease("10.5.1.0-24", "192.0.2.1"), List.of(lease("10.5.2.0-24", "192.0.2.2")), backend());

    private final AdminCommands commands =
        FlannelCommands.addTo(() -> status, new EngineCaptures(null), new AdminCommands());

    private static Backend backend()
    {
        return (Backend)Proxy.newProxyInstance(
            FlannelCommandsTest.class.getClassLoader(), new Class<?>[]{Backend.class},
            (proxy, method, arguments) -> switch (method.getName())
            {
                case "plans" -> List.of(PLAN);
                case "engines" -> Map.of();
                default -> "through the tunnel";
            });
    }

    @Test
    void shouldListLeasesForPeopleAndPrograms() throws AdminException
    {
        final Answer answer = commands.run(List.of("flannel", "leases"));
        assertEquals(2, answer.text().lines().count(), answer.text());
        assertTrue(answer.text().lines().findFirst().orElseThrow().endsWith("(this node)"), answer.text());
        final List<?> rows = (List<?>)answer.json();
        assertEquals(List.of(true, false), rows.stream().map(row -> ((Map<?, ?>)row).get("own")).toList());
        assertEquals(IpPrefix.parse("10.5.2.0/24"), ((Map<?, ?>)rows.get(1)).get("subnet"));
        assertEquals(IpAddress.parse("192.0.2.2"), ((Map<?, ?>)rows.get(1)).get("public_ip"));
    }

    @Test
    void shouldListRoutesAndNeighbors() throws AdminException
    {
        final Answer answer = commands.run(List.of("flannel", "routes"));
        assertEquals(
            "10.5.2.0/24 via 10.5.2.0 dev flannel.1 onlink\n10.5.2.0 is at 02:00:00:00:00:02\n", answer.text());
        final Map<?, ?> members = (Map<?, ?>)answer.json();
        assertEquals("[{subnet=10.5.2.0/24, via=10.5.2.0, dev=flannel.1, onlink=true}]",
            members.get("routes").toString());
        assertEquals("[{ip=10.5.2.0, lladdr=02:00:00:00:00:02}]", members.get("neighbors").toString());
    }

    @Test
    void shouldSayWhyAPeerIsReached() throws AdminException
    {
        assertEquals("10.5.2.77 is 10.5.2.0/24 at 192.0.2.2: through the tunnel\n",
            commands.run(List.of("flannel", "why", "10.5.2.77")).text());
        assertFails(AdminStatus.USAGE, "PEER is missing (usage: flannel why PEER)", "flannel", "why");
        assertFails(AdminStatus.USAGE, "unexpected 'b' (usage: flannel why PEER)", "flannel", "why", "10.5.2.1", "b");
        assertEquals(AdminStatus.USAGE, failure("flannel", "why", "nobody").status());
    }

    @Test
    void shouldRefuseBeforeThereIsALease()
    {
        status = null;
        for (final String what : List.of("leases", "routes"))
        {
            assertFails(AdminStatus.REFUSED, "this node has no lease yet", "flannel", what);
        }
        assertFails(AdminStatus.REFUSED, "this node has no lease yet", "stats");
    }

    @Test
    void shouldRefuseToAskAnEngineWhereTheKernelCarriesThePackets()
    {
        assertTrue(failure("stats").getMessage().startsWith("no engine runs"));
        assertTrue(failure("fdb", "show", "dev", "flannel.1").getMessage().startsWith("no engine runs"));
    }

    private void assertFails(final AdminStatus status, final String message, final String... words)
    {
        final AdminException failure = failure(words);
        assertEquals(message, failure.getMessage());
        assertEquals(status, failure.status());
    }

    private AdminException failure(final String... words)
    {
        return assertThrows(AdminException.class, () -> commands.run(List.of(words)));
    }
}
