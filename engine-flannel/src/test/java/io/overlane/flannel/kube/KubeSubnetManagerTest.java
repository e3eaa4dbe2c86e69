// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.OwnLeaseListener;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that are annotated, changed and deleted. */
@Timeout(60)
class KubeSubnetManagerTest
{
    private static final String PREFIX = "flannel.alpha.coreos.com/";
    private static final String DATA = "{\"VNI\":1,\"VtepMAC\":\"12:c6:65:89:b4:e3\"}";
    private static final String DATA_V6 = "{\"VNI\":1,\"VtepMAC\":\"12:c6:65:89:b4:e6\"}";
    private static final LeaseAttributes V4 =
        LeaseAttributes.ofV4(IpAddress.parse("192.0.2.1"), "vxlan", DATA);

    private final MemoryNodes nodes = new MemoryNodes("one");
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final AtomicLong clock = new AtomicLong();
    private String config = "{\"Network\":\"10.244.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    private final KubeSubnetManager manager = new KubeSubnetManager(
        nodes, new NodeAnnotations(NodeAnnotations.DEFAULT_PREFIX), () -> config, true,
        notices::add, clock::get);

    @AfterEach
    void close()
    {
        manager.close();
    }

    private static Map<String, String> peer(final String publicIp, final String data)
    {
        return Map.of(PREFIX + "kube-subnet-manager", "true", PREFIX + "backend-type", "vxlan",
            PREFIX + "backend-data", data, PREFIX + "public-ip", publicIp);
    }

    private void follow(final Lease own)
    {
        manager.watchLeases(own == null ? null : own.key(), events -> events.forEach(event -> seen.add(line(event))));
    }

    private static String line(final LeaseEvent event)
    {
        return event.kind() + " " + event.lease().key() + " " + event.lease().attributes().publicIp();
    }

    private String next() throws InterruptedException
    {
        return seen.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void shouldTakeThePodCidrAndAnnotateTheNode()
    {
        nodes.put("one", Map.of("unrelated", "x"), "10.244.1.0/24");
        final Lease lease = manager.acquire(V4, null);
        assertEquals("10.244.1.0/24", lease.key().toString());
        assertNull(lease.timeToLive());
        assertEquals(Map.of("unrelated", "x",
            PREFIX + "kube-subnet-manager", "true",
            PREFIX + "backend-type", "vxlan",
            PREFIX + "backend-data", DATA,
            PREFIX + "public-ip", "192.0.2.1"), nodes.annotations("one"));
        assertEquals(V4, manager.published(null), "a restart finds its MAC address again");
    }

    @Test
    void shouldAnnotateBothFamilies()
    {
        config = "{\"Network\":\"10.244.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00:10:244::/56\"," +
            "\"Backend\":{\"Type\":\"vxlan\"}}";
        nodes.put("one", Map.of(), "10.244.1.0/24", "fd00:10:244:1::/64");
        final LeaseAttributes dual = new LeaseAttributes(
            IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1"), "vxlan", DATA, DATA_V6);
        assertEquals("10.244.1.0/24 & fd00:10:244:1::/64", manager.acquire(dual, null).key().toString());
        assertEquals(DATA_V6, nodes.annotations("one").get(PREFIX + "backend-v6-data"));
        assertEquals("2001:db8::1", nodes.annotations("one").get(PREFIX + "public-ipv6"));
    }

    /** flannel's filter takes a change of one family for none. */
    @Test
    void shouldFollowAPeerOfWhichOnlyTheIpv6PartChanges() throws InterruptedException
    {
        config = "{\"Network\":\"10.244.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00:10:244::/56\"," +
            "\"Backend\":{\"Type\":\"vxlan\"}}";
        nodes.put("one", Map.of(), "10.244.1.0/24", "fd00:10:244:1::/64");
        final Map<String, String> peer = new HashMap<>(peer("192.0.2.2", DATA));
        peer.put(PREFIX + "public-ipv6", "2001:db8::2");
        peer.put(PREFIX + "backend-v6-data", DATA_V6);
        nodes.put("two", peer, "10.244.2.0/24", "fd00:10:244:2::/64");
        follow(manager.acquire(new LeaseAttributes(
            IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1"), "vxlan", DATA, DATA_V6), null));
        assertEquals("ADDED 10.244.2.0/24 & fd00:10:244:2::/64 192.0.2.2", next());
        for (final String name : List.of("public-ipv6", "backend-v6-data"))
        {
            peer.put(PREFIX + name, name.equals("public-ipv6") ? "2001:db8::22" : "{\"VNI\":2}");
            nodes.put("two", peer, "10.244.2.0/24", "fd00:10:244:2::/64");
            assertEquals("CHANGED 10.244.2.0/24 & fd00:10:244:2::/64 192.0.2.2", next());
        }
    }

    /** Nodes have pod CIDRs of both families though the network has one. */
    @Test
    void shouldTakeNodesOfBothFamiliesIntoANetworkOfOne() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24", "fd00:10:244:1::/64");
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.2.0/24", "fd00:10:244:2::/64");
        follow(manager.acquire(V4, null));
        assertEquals("ADDED 10.244.2.0/24 192.0.2.2", next());
    }

    @Test
    void shouldGrantTheWishesOfUsers()
    {
        nodes.put("one", Map.of(PREFIX + "public-ip-overwrite", "203.0.113.5"), "10.244.1.0/24");
        assertEquals("203.0.113.5", manager.acquire(V4, null).attributes().publicIp().toString());
        assertEquals("203.0.113.5", nodes.annotations("one").get(PREFIX + "public-ip"));
    }

    @Test
    void shouldPublishAnew()
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        final Lease lease = manager.acquire(V4, null);
        final LeaseAttributes moved = LeaseAttributes.ofV4(IpAddress.parse("192.0.2.9"), "vxlan", DATA);
        final Lease renewed = manager.renew(
            new Lease(lease.key(), moved, null, true, lease.revision()));
        assertEquals(moved, renewed.attributes());
        assertEquals("192.0.2.9", nodes.annotations("one").get(PREFIX + "public-ip"));
        final long revision = renewed.revision();
        assertEquals(revision, manager.renew(renewed).revision(), "nothing to write, nothing written");
    }

    @Test
    void shouldFollowNodesThatComeChangeAndGo() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.2.0/24");
        nodes.put("windows", Map.of(), "10.244.7.0/24");
        follow(manager.acquire(V4, null));
        assertEquals("ADDED 10.244.2.0/24 192.0.2.2", next());
        nodes.put("three", Map.of());
        nodes.put("three", Map.of(), "10.244.3.0/24");
        nodes.put("three", peer("192.0.2.3", DATA), "10.244.3.0/24");
        assertEquals("ADDED 10.244.3.0/24 192.0.2.3", next());
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.2.0/24");
        nodes.bookmark();
        nodes.put("two", peer("192.0.2.22", DATA), "10.244.2.0/24");
        assertEquals("CHANGED 10.244.2.0/24 192.0.2.22", next());
        nodes.put("two", Map.of(), "10.244.2.0/24");
        assertEquals("REMOVED 10.244.2.0/24 192.0.2.22", next());
        nodes.delete("three");
        assertEquals("REMOVED 10.244.3.0/24 192.0.2.3", next());
    }

    @Test
    void shouldFindTheDifferenceAfterThePastWasForgotten() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.2.0/24");
        nodes.put("four", peer("192.0.2.4", DATA), "10.244.4.0/24");
        follow(manager.acquire(V4, null));
        assertEquals("ADDED 10.244.2.0/24 192.0.2.2", next());
        assertEquals("ADDED 10.244.4.0/24 192.0.2.4", next());
        synchronized (nodes)
        {
            nodes.delete("two");
            nodes.put("three", peer("192.0.2.3", DATA), "10.244.3.0/24");
            nodes.breakAndForget();
        }
        assertEquals("REMOVED 10.244.2.0/24 192.0.2.2", next());
        assertEquals("ADDED 10.244.3.0/24 192.0.2.3", next());
    }

    @Test
    void shouldKeepPeersForATimeWhenAllNodesDisappear() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.2.0/24");
        nodes.put("three", peer("192.0.2.3", DATA), "10.244.3.0/24");
        follow(manager.acquire(V4, null));
        next();
        next();
        synchronized (nodes)
        {
            nodes.delete("two");
            nodes.delete("three");
            nodes.breakAndForget();
        }
        assertEquals("flannel-leases: too old resource version; trying again at least every 5 s",
            notices.poll(30, TimeUnit.SECONDS));
        assertEquals("the registry lost 2 of 2 leases; their nodes stay peers until they register again, " +
            "at most 10 min", notices.poll(30, TimeUnit.SECONDS));
        nodes.put("two", peer("192.0.2.22", DATA), "10.244.2.0/24");
        assertEquals("CHANGED 10.244.2.0/24 192.0.2.22", next());
    }

    @Test
    void shouldLeaveOutAPeerWhoseAnnotationsBecomeUnreadable() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.2.0/24");
        follow(manager.acquire(V4, null));
        next();
        nodes.put("two", peer("here", DATA), "10.244.2.0/24");
        final String notice = notices.poll(30, TimeUnit.SECONDS);
        assertTrue(notice.startsWith("node two: annotation flannel.alpha.coreos.com/public-ip: "), notice);
        assertEquals("REMOVED 10.244.2.0/24 192.0.2.2", next(), "as after a restart");
        nodes.put("two", peer("192.0.2.22", DATA), "10.244.2.0/24");
        assertEquals("ADDED 10.244.2.0/24 192.0.2.22", next());
    }

    @Test
    void shouldFollowANodeWhosePodCidrChanges() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.2.0/24");
        follow(manager.acquire(V4, null));
        assertEquals("ADDED 10.244.2.0/24 192.0.2.2", next());
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.22.0/24");
        assertEquals("REMOVED 10.244.2.0/24 192.0.2.2", next());
        assertEquals("ADDED 10.244.22.0/24 192.0.2.2", next());
    }

    @Test
    void shouldLetTheFirstOfTwoNodesKeepTheirSubnet() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.2.0/24");
        follow(manager.acquire(V4, null));
        assertEquals("ADDED 10.244.2.0/24 192.0.2.2", next());
        nodes.put("three", peer("192.0.2.3", DATA), "10.244.2.0/24");
        assertEquals("node three: node two has its pod CIDR 10.244.2.0/24, too; left out",
            notices.poll(30, TimeUnit.SECONDS));
        nodes.delete("two");
        assertEquals("CHANGED 10.244.2.0/24 192.0.2.3", next());
        nodes.delete("three");
        assertEquals("REMOVED 10.244.2.0/24 192.0.2.3", next());
    }

    private Lease keep(final LeaseAttributes attributes)
    {
        final Lease own = manager.acquire(attributes, null);
        manager.watchLease(own.key(), new OwnLeaseListener()
        {
            @Override
            public void onWritten(final Lease lease)
            {
                seen.add("written by " + lease.attributes().publicIp());
            }

            @Override
            public void onLost()
            {
                seen.add("lost");
            }
        });
        return own;
    }

    @Test
    void shouldSayThatTheLeaseIsLostWithTheNode() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        final Lease own = keep(V4);
        final Map<String, String> heartbeat = new HashMap<>(nodes.annotations("one"));
        heartbeat.put("kubelet", "alive");
        nodes.put("one", heartbeat, "10.244.1.0/24");
        nodes.put("two", peer("192.0.2.2", DATA), "10.244.2.0/24");
        nodes.delete("one");
        assertEquals("lost", next());
        assertEquals(Kind.NOT_FOUND, assertThrows(RegistryException.class,
            () -> manager.acquire(V4, own.key())).kind());
        assertEquals(1, nodes.annotated(), "a heartbeat is no reason to write");
    }

    @Test
    void shouldSayThatTheLeaseIsLostWithAnotherPodCidr() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        keep(V4);
        nodes.put("one", nodes.annotations("one"), "10.244.7.0/24");
        assertEquals("lost", next());
        assertEquals("10.244.7.0/24", manager.acquire(V4, null).key().toString());
    }

    @Test
    void shouldWriteItsAnnotationsAgain() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        keep(V4);
        final Map<String, String> right = nodes.annotations("one");
        final Map<String, String> wrong = new HashMap<>(right);
        wrong.put(PREFIX + "public-ip", "198.51.100.9");
        wrong.remove(PREFIX + "kube-subnet-manager");
        nodes.put("one", wrong, "10.244.1.0/24");
        final List<String> lines =
            List.of(notices.poll(30, TimeUnit.SECONDS), notices.poll(30, TimeUnit.SECONDS));
        assertTrue(lines.contains("node one: wrote annotation " + PREFIX +
            "public-ip=192.0.2.1, which was 198.51.100.9"), lines.toString());
        assertTrue(lines.contains("node one: wrote annotation " + PREFIX +
            "kube-subnet-manager=true, which was missing"), lines.toString());
        assertEquals(right, nodes.annotations("one"));
        assertTrue(seen.isEmpty(), seen.toString());
    }

    /** Two machines with one node name, or flanneld on the same machine, would write as fast as the server can. */
    @Test
    void shouldNotFightWithoutAPause() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        keep(V4);
        for (int i = 0; i < 3; i++)
        {
            final Map<String, String> wrong = new HashMap<>(nodes.annotations("one"));
            wrong.put(PREFIX + "public-ip", "198.51.100." + i);
            nodes.put("one", wrong, "10.244.1.0/24");
            if (i == 0)
            {
                notices.poll(30, TimeUnit.SECONDS);
            }
        }
        assertEquals(2, nodes.annotated(), "at the start, and once at once");
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        final String line = notices.poll(30, TimeUnit.SECONDS);
        assertTrue(line.contains("public-ip=192.0.2.1, which was 198.51.100."), line);
        assertEquals(3, nodes.annotated());
    }

    @Test
    void shouldSayOnceThatItsAnnotationsCannotBeWritten() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        keep(V4);
        nodes.refuseAnnotations(3);
        nodes.put("one", Map.of(), "10.244.1.0/24");
        assertEquals("annotations are not corrected: the server is away", notices.poll(30, TimeUnit.SECONDS));
        while (nodes.annotations("one").isEmpty())
        {
            clock.addAndGet(TimeUnit.MINUTES.toNanos(1));
            Thread.sleep(10);
        }
        final String line = notices.poll(30, TimeUnit.SECONDS);
        assertTrue(line.startsWith("node one: wrote annotation "), line);
    }

    @Test
    void shouldFollowTheWishesOfUsersWhileItRuns() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        keep(V4);
        final Map<String, String> wish = new HashMap<>(nodes.annotations("one"));
        wish.put(PREFIX + "public-ip-overwrite", "203.0.113.5");
        nodes.put("one", wish, "10.244.1.0/24");
        notices.poll(30, TimeUnit.SECONDS);
        assertEquals("203.0.113.5", nodes.annotations("one").get(PREFIX + "public-ip"));
        final Lease granted = manager.acquire(V4, null);
        assertEquals("203.0.113.5", granted.attributes().publicIp().toString());

        clock.addAndGet(TimeUnit.MINUTES.toNanos(5));
        nodes.put("one", Map.of(), "10.244.1.0/24");
        notices.poll(30, TimeUnit.SECONDS);
        assertEquals("192.0.2.1", manager.renew(granted).attributes().publicIp().toString(),
            "the wish is withdrawn");
    }

    @Test
    void shouldSayThatAWishCannotBeGranted() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        keep(V4);
        final Map<String, String> wish = new HashMap<>(nodes.annotations("one"));
        wish.put(PREFIX + "public-ip-overwrite", "there");
        nodes.put("one", wish, "10.244.1.0/24");
        final String line = notices.poll(30, TimeUnit.SECONDS);
        assertTrue(line.startsWith("node one: annotation " + PREFIX + "public-ip-overwrite: "), line);
        assertEquals("192.0.2.1", nodes.annotations("one").get(PREFIX + "public-ip"));
        assertEquals(Kind.MALFORMED, refusal().kind());
    }

    @Test
    void shouldReadTheAddressOfTheInterfaceFromTheNode()
    {
        nodes.put("one", Map.of(PREFIX + "node-public-ip", "192.0.2.9", PREFIX + "node-public-ipv6", "x"));
        assertEquals(IpAddress.parse("192.0.2.9"), manager.nodePublicIp(false));
        assertEquals(Kind.MALFORMED,
            assertThrows(RegistryException.class, () -> manager.nodePublicIp(true)).kind());
    }

    @Test
    void shouldWaitForAPodCidrAndRefuseOneThatDoesNotFit()
    {
        nodes.put("one", Map.of());
        final RegistryException none = refusal();
        assertEquals(Kind.NOT_FOUND, none.kind());
        assertEquals("node one has no pod CIDR yet", none.getMessage());
        nodes.put("one", Map.of(), "10.9.1.0/24");
        assertEquals("node one: pod CIDR 10.9.1.0/24 is outside the network 10.244.0.0/16", refusal().getMessage());
        nodes.put("one", Map.of(), "fd00:10:244:1::/64");
        assertEquals("node one: no IPv4 pod CIDR in [fd00:10:244:1::/64]", refusal().getMessage());
        assertEquals(Map.of(), nodes.annotations("one"), "nothing is written");
    }

    private RegistryException refusal()
    {
        return assertThrows(RegistryException.class, () -> manager.acquire(V4, null));
    }

    @Test
    void shouldSetTheConditionOfTheNode()
    {
        assertFalse(nodes.isNetworkAvailable());
        manager.ready();
        assertTrue(nodes.isNetworkAvailable());
    }

    @Test
    void shouldLeaveTheConditionAloneIfTheOptionSaysSo()
    {
        try (KubeSubnetManager silent = new KubeSubnetManager(
            nodes, new NodeAnnotations(NodeAnnotations.DEFAULT_PREFIX), () -> config, false, notices::add))
        {
            silent.ready();
        }
        assertFalse(nodes.isNetworkAvailable());
    }

    @Test
    void shouldSetTheConditionAgainIfThatFailsAndForANewNode() throws InterruptedException
    {
        nodes.put("one", Map.of(), "10.244.1.0/24");
        keep(V4);
        nodes.refuseCondition(1);
        manager.ready();
        assertEquals("the server is away; trying again in 1 s", notices.poll(30, TimeUnit.SECONDS));
        assertFalse(nodes.isNetworkAvailable());
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        while (!nodes.isNetworkAvailable())
        {
            Thread.sleep(10);
        }
        nodes.delete("one");
        nodes.refuseCondition(0);
        nodes.put("one", Map.of(), "10.244.1.0/24");
        manager.acquire(V4, null);
        assertTrue(nodes.isNetworkAvailable());
    }
}
