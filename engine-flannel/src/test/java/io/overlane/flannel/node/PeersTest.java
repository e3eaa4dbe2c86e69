// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import static io.overlane.flannel.node.TestLeases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Changes of leases, kept and told. */
class PeersTest
{
    private final List<String> lines = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private final Peers peers = new Peers(lines::add, () -> calls.add("snapshot"), () -> calls.add("change"),
        lease -> lease.attributes().publicIp().toString().equals("192.0.2.1"),
        lease -> !lease.attributes().publicIp().toString().startsWith("192.0.2.6"));
    private final Lease second = lease("10.5.2.0-24", "192.0.2.2");
    private final Lease moved = lease("10.5.2.0-24", "192.0.2.22");

    @Test
    void shouldTellEachChangeInALine()
    {
        peers.onEvents(List.of(new LeaseEvent(Kind.ADDED, second, null)));
        peers.onEvents(List.of(new LeaseEvent(Kind.CHANGED, moved, second)));
        assertEquals(List.of(moved), peers.leases());
        peers.onEvents(List.of(new LeaseEvent(Kind.REMOVED, moved, null)));
        assertEquals(List.of(), peers.leases());
        assertEquals(List.of(
            "peer 10.5.2.0/24 at 192.0.2.2 joined",
            "peer 10.5.2.0/24 at 192.0.2.22 was at 192.0.2.2",
            "peer 10.5.2.0/24 at 192.0.2.22 left"), lines);
        assertEquals(List.of("change", "change", "change"), calls);
    }

    /** The backend reports why it leaves them out. */
    @Test
    void shouldCountOnlyPeersThatAreReached()
    {
        final Lease leftOut = lease("10.5.6.0-24", "192.0.2.66");
        final Lease good = lease("10.5.6.0-24", "192.0.2.77");
        peers.onSnapshot(List.of(leftOut, second));
        assertEquals(2, peers.leases().size());
        assertEquals("1 peers (1 leases are left out)", peers.count());
        peers.onEvents(List.of(new LeaseEvent(Kind.ADDED, leftOut, null)));
        peers.onEvents(List.of(new LeaseEvent(Kind.CHANGED, good, leftOut)));
        peers.onEvents(List.of(new LeaseEvent(Kind.CHANGED, leftOut, good)));
        peers.onEvents(List.of(new LeaseEvent(Kind.REMOVED, leftOut, null)));
        assertEquals(List.of("peer 10.5.6.0/24 at 192.0.2.77 joined"), lines);
    }

    /** After a change of the own subnet, the watch sees the new lease before it ignores it. */
    @Test
    void shouldNotTakeTheNodeItselfForAPeer()
    {
        final Lease own = lease("10.5.9.0-24", "192.0.2.1");
        peers.onSnapshot(List.of(own, second));
        peers.onEvents(List.of(new LeaseEvent(Kind.ADDED, own, null)));
        assertEquals(List.of(second), peers.leases());
        assertEquals(List.of(), lines);
    }

    @Test
    void shouldTellManyChangesInOneLine()
    {
        peers.onEvents(IntStream.range(0, 200)
            .mapToObj(i -> new LeaseEvent(Kind.ADDED, lease("10.5." + i + ".0-24", "198.51.100." + i), null)).toList());
        assertEquals(List.of("200 peers are new, changed or gone"), lines);
        assertEquals(200, peers.leases().size());
    }

    @Test
    void shouldForgetWhatASnapshotDoesNotHold()
    {
        assertEquals(1, peers.known().getCount());
        peers.onEvents(List.of(new LeaseEvent(Kind.ADDED, lease("10.5.3.0-24", "192.0.2.3"), null)));
        peers.onSnapshot(List.of(second));
        assertEquals(List.of(second), peers.leases());
        assertEquals(0, peers.known().getCount());
        assertEquals(List.of("change", "snapshot"), calls);
    }
}
