// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseKeeper;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetManager;
import io.overlane.flannel.lease.ThreadAlarms;
import io.overlane.flannel.registry.RegistrySubnetManager;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes of one network, and what may happen to the etcd between them. */
@Tag("control-plane")
class EtcdMembershipTest
{
    private static final String PREFIX = "/coreos.com/network";
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    @TempDir
    Path directory;

    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final List<SubnetManager> managers = new ArrayList<>();
    private final LeaseListener listener = new LeaseListener()
    {
        @Override
        public void onSnapshot(final List<Lease> leases)
        {
            seen.add("snapshot " + leases.size());
        }

        @Override
        public void onEvents(final List<LeaseEvent> events)
        {
            events.forEach(event ->
                seen.add(event.kind() + " " + event.lease().subnet() + " " + event.lease().attributes().publicIp()));
        }
    };
    private EtcdServer etcd;
    private TcpProxy wire;

    @BeforeEach
    void start()
    {
        assumeTrue(EtcdServer.isInstalled(), "no etcd on the path (scripts/setup.sh test)");
        etcd = EtcdServer.onLoopback(directory);
        etcd.put(PREFIX + "/config", "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        wire = new TcpProxy(etcd.port());
    }

    @AfterEach
    void stop()
    {
        managers.forEach(SubnetManager::close);
        if (wire != null)
        {
            wire.close();
        }
        if (etcd != null)
        {
            etcd.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"EnableIPv6\":true,\"IPv6Network\":\"fd00::/48\""})
    void shouldGiveEveryNodeSubnetsOfItsOwn(final String members) throws Exception
    {
        etcd.put(PREFIX + "/config", "{\"Network\":\"10.5.0.0/16\"" + members + "}");
        final int nodes = 12;
        final CyclicBarrier together = new CyclicBarrier(nodes);
        final ExecutorService threads = Executors.newFixedThreadPool(nodes);
        final Set<IpPrefix> subnets = new HashSet<>();
        try
        {
            final List<Future<Lease>> leases = new ArrayList<>();
            for (int i = 0; i < nodes; i++)
            {
                final String publicIp = "192.0.2." + (i + 1);
                final RandomGenerator choice = choice(members.isEmpty() ? 0 : i);
                leases.add(threads.submit(() ->
                {
                    final SubnetManager node = manager(choice, etcd.endpoint());
                    together.await();
                    return node.acquire(attributes(publicIp), null);
                }));
            }
            for (final Future<Lease> lease : leases)
            {
                subnets.add(lease.get(60, TimeUnit.SECONDS).subnet());
                subnets.add(lease.get().subnetV6());
            }
        }
        finally
        {
            threads.shutdownNow();
        }
        subnets.remove(null);
        assertEquals(members.isEmpty() ? nodes : 2 * nodes, subnets.size());
    }

    /** Chooses the IPv4 subnet of this index, and the first IPv6 subnet, which stands in no key of its own. */
    private static RandomGenerator choice(final int node)
    {
        final AtomicInteger calls = new AtomicInteger();
        return new RandomGenerator()
        {
            @Override
            public long nextLong()
            {
                throw new UnsupportedOperationException();
            }

            @Override
            public int nextInt(final int bound)
            {
                return calls.getAndIncrement() % 2 == 0 ? Math.min(node, bound - 1) : 0;
            }
        };
    }

    @Test
    void shouldTellNodesOfEachOther() throws Exception
    {
        final SubnetManager first = manager(new Random(1), etcd.endpoint());
        final SubnetManager second = manager(new Random(2), etcd.endpoint());
        final Lease mine = first.acquire(attributes("192.0.2.1"), SubnetKey.parse("10.5.1.0-24"));
        first.watchLeases(mine.key(), listener);
        assertEquals("snapshot 0", next());
        final Lease other = second.acquire(attributes("192.0.2.2"), SubnetKey.parse("10.5.2.0-24"));
        assertEquals("ADDED 10.5.2.0/24 192.0.2.2", next());
        first.renew(mine);
        second.renew(other);
        second.renew(new Lease(
            other.key(), attributes("192.0.2.22"), other.timeToLive(), other.reserved(), other.revision()));
        assertEquals("CHANGED 10.5.2.0/24 192.0.2.22", next());
        etcd.delete(PREFIX + "/subnets/10.5.2.0-24");
        assertEquals("REMOVED 10.5.2.0/24 192.0.2.22", next());
    }

    @Test
    void shouldCatchUpFromWhereItWasAfterACut() throws Exception
    {
        manager(new Random(1), wire.endpoint()).watchLeases(null, listener);
        assertEquals("snapshot 0", next());
        put("10.5.1.0-24", "192.0.2.1");
        // It comes by the watch, which is open then; a watch that opens only after the cut needs no second snapshot.
        assertEquals("ADDED 10.5.1.0/24 192.0.2.1", next());
        wire.cut();
        put("10.5.2.0-24", "192.0.2.2");
        put("10.5.1.0-24", "192.0.2.11");
        wire.mend();
        assertEquals("snapshot 2", next());
        assertEquals("CHANGED 10.5.1.0/24 192.0.2.11", next());
        assertEquals("ADDED 10.5.2.0/24 192.0.2.2", next());
    }

    @Test
    void shouldReconcileWhenThePastWasCompactedDuringACut() throws Exception
    {
        put("10.5.1.0-24", "192.0.2.1");
        put("10.5.2.0-24", "192.0.2.2");
        manager(new Random(1), wire.endpoint()).watchLeases(null, listener);
        assertEquals("snapshot 2", next());
        next();
        next();
        wire.cut();
        etcd.delete(PREFIX + "/subnets/10.5.1.0-24");
        put("10.5.2.0-24", "192.0.2.22");
        put("10.5.3.0-24", "192.0.2.3");
        etcd.compact();
        wire.mend();
        assertEquals("snapshot 2", next());
        assertEquals("REMOVED 10.5.1.0/24 192.0.2.1", next());
        assertEquals("CHANGED 10.5.2.0/24 192.0.2.22", next());
        assertEquals("ADDED 10.5.3.0/24 192.0.2.3", next());
        put("10.5.4.0-24", "192.0.2.4");
        assertEquals("ADDED 10.5.4.0/24 192.0.2.4", next());
    }

    @Test
    void shouldGoOnAfterEtcdWasKilledAndStartedAgain() throws Exception
    {
        manager(new Random(1), etcd.endpoint()).watchLeases(null, listener);
        assertEquals("snapshot 0", next());
        put("10.5.1.0-24", "192.0.2.1");
        assertEquals("ADDED 10.5.1.0/24 192.0.2.1", next());
        etcd.kill();
        etcd.start();
        put("10.5.2.0-24", "192.0.2.2");
        assertEquals("ADDED 10.5.2.0/24 192.0.2.2", nextOf("ADDED"));
        assertTrue(notices.get(0).contains("trying again"), notices.toString());
    }

    @Test
    void shouldNoticeThatEtcdStoppedAnswering() throws Exception
    {
        final SubnetManager manager = manager(new Random(1), etcd.endpoint());
        manager.watchLeases(null, listener);
        assertEquals("snapshot 0", next());
        etcd.freeze();
        final RegistryException ex = assertThrows(RegistryException.class, manager::networkConfig);
        assertEquals(Kind.UNREACHABLE, ex.kind());
        assertEquals("etcd: " + etcd.endpoint() + ": no answer in 1000 ms", ex.getMessage());
        awaitNotice("trying again");
        etcd.thaw();
        awaitNotice("following the registry again");
        put("10.5.1.0-24", "192.0.2.1");
        assertEquals("ADDED 10.5.1.0/24 192.0.2.1", nextOf("ADDED"));
    }

    @Test
    void shouldUseAnotherEndpointWhenOneIsGone() throws Exception
    {
        try (TcpProxy second = new TcpProxy(etcd.port()))
        {
            final SubnetManager manager =
                manager(new Random(1), "http://127.0.0.1:1," + wire.endpoint() + "," + second.endpoint());
            manager.watchLeases(null, listener);
            assertEquals("snapshot 0", next());
            assertTrue(notices.get(0).contains("using " + wire.endpoint() + " now (http://127.0.0.1:1: cannot connect"),
                notices.toString());
            wire.cut();
            put("10.5.1.0-24", "192.0.2.1");
            assertEquals("ADDED 10.5.1.0/24 192.0.2.1", nextOf("ADDED"));
            assertTrue(second.accepted() > 0);
            manager.acquire(attributes("192.0.2.2"), null);
        }
    }

    @Test
    void shouldNameEveryEndpointInOneLineWhenNoneAnswers()
    {
        final SubnetManager manager = manager(new Random(1), "http://127.0.0.1:1,http://127.0.0.1:2");
        final RegistryException ex = assertThrows(RegistryException.class, manager::networkConfig);
        assertTrue(ex.getMessage().matches(
            "etcd: http://127.0.0.1:1: cannot connect.*; http://127.0.0.1:2: cannot connect.*"), ex.getMessage());
        final RegistryException ofWatch = assertThrows(RegistryException.class, () ->
            new EtcdV3Registry(EtcdOptions.of("http://127.0.0.1:1"), notices::add).changes(null, 1));
        assertTrue(ofWatch.getMessage().matches("etcd: http://127.0.0.1:1: cannot connect[^;]*"), ofWatch.getMessage());
    }

    @Test
    void shouldTakeARevokedLeaseAgain() throws Exception
    {
        final SubnetManager manager = manager(new Random(1), etcd.endpoint());
        final Lease lease = manager.acquire(attributes("192.0.2.1"), SubnetKey.parse("10.5.1.0-24"));
        final String id = etcd.get(PREFIX + "/subnets/10.5.1.0-24").replaceAll(".*\"lease\":\"(\\d+)\".*", "$1");
        try (ThreadAlarms alarms = new ThreadAlarms("lease-keeper");
            LeaseKeeper keeper = keeper(manager, lease, alarms))
        {
            manager.watchLeases(null, listener);
            assertEquals("snapshot 1", next());
            next();
            etcd.post("/v3/lease/revoke", "{\"ID\":\"" + id + "\"}");
            assertEquals("REMOVED 10.5.1.0/24 192.0.2.1", nextOf("REMOVED"));
            assertEquals("ADDED 10.5.1.0/24 192.0.2.1", nextOf("ADDED"));
            assertEquals("kept 10.5.1.0/24", nextOf("kept"));
            assertEquals(lease.key(), keeper.lease().key());
        }
    }

    @Test
    void shouldMoveAwayFromASubnetThatAnotherNodeTook() throws Exception
    {
        final SubnetManager manager = manager(new Random(1), etcd.endpoint());
        final Lease lease = manager.acquire(attributes("192.0.2.1"), SubnetKey.parse("10.5.1.0-24"));
        try (ThreadAlarms alarms = new ThreadAlarms("lease-keeper");
            LeaseKeeper keeper = keeper(manager, lease, alarms))
        {
            // As flannel does: without asking.
            put("10.5.1.0-24", "192.0.2.9");
            assertTrue(nextOf("moved").startsWith("moved 10.5.1.0/24 10.5."));
            assertEquals("192.0.2.1", manager.renew(keeper.lease()).attributes().publicIp().toString());
        }
    }

    private LeaseKeeper keeper(final SubnetManager manager, final Lease lease, final ThreadAlarms alarms)
    {
        return new LeaseKeeper(manager, lease, LeaseKeeper.DEFAULT_MARGIN, alarms,
            new LeaseKeeper.Listener()
            {
                @Override
                public void onKept(final Lease kept)
                {
                    seen.add("kept " + kept.key());
                }

                @Override
                public void onMoved(final Lease before, final Lease now)
                {
                    seen.add("moved " + before.key() + " " + now.key());
                }

                @Override
                public void onReconfigured()
                {
                    seen.add("reconfigured");
                }
            },
            notices::add).start();
    }

    private SubnetManager manager(final RandomGenerator random, final String endpoints)
    {
        final EtcdOptions options = EtcdOptions.of(endpoints).withPrefix(PREFIX).withRequestTimeout(TIMEOUT);
        final SubnetManager manager = new RegistrySubnetManager(
            new EtcdV3Registry(options, notices::add), RegistrySubnetManager.LEASE_TTL, random, notices::add);
        synchronized (managers)
        {
            managers.add(manager);
        }
        return manager;
    }

    private void put(final String name, final String publicIp)
    {
        etcd.put(PREFIX + "/subnets/" + name, attributes(publicIp).toJson());
    }

    private static LeaseAttributes attributes(final String publicIp)
    {
        return LeaseAttributes.ofV4(
            IpAddress.parse(publicIp), "vxlan", "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:01\"}");
    }

    private String next() throws InterruptedException
    {
        final String item = seen.poll(60, TimeUnit.SECONDS);
        assertNotNull(item, () -> "nothing was reported; notices: " + notices);
        return item;
    }

    /** Two watches report side by side; what others say meanwhile comes back for later. */
    private String nextOf(final String word) throws InterruptedException
    {
        final List<String> others = new ArrayList<>();
        String item = next();
        while (!item.startsWith(word))
        {
            others.add(item);
            item = next();
        }
        seen.addAll(others);
        return item;
    }

    private void awaitNotice(final String text) throws InterruptedException
    {
        final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (notices.stream().noneMatch(notice -> notice.contains(text)))
        {
            assertTrue(System.nanoTime() - deadline < 0, () -> "no notice '" + text + "': " + notices);
            Thread.sleep(20);
        }
    }
}
