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
    private final Peers peers = new Peers(lines::add, () -> calls.add("snapshot"), () -> calls.add("change"));
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

    @Test
    void shouldTellManyChangesInOneLine()
    {
        peers.onEvents(IntStream.range(0, 200)
            .mapToObj(i -> new LeaseEvent(Kind.ADDED, lease("10.5." + i + ".0-24", "192.0.2." + i), null)).toList());
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
