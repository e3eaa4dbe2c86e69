// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import static io.overlane.flannel.registry.Leases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseEvent.Kind;
import io.overlane.flannel.lease.SubnetKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is different between two states of a network. */
class LeaseSetTest
{
    private final Lease a = lease("10.5.1.0-24", "192.0.2.1");
    private final Lease b = lease("10.5.2.0-24", "192.0.2.2");
    private final LeaseSet set = new LeaseSet(SubnetKey.parse("10.5.9.0-24"));

    @Test
    void shouldReportNewAndGoneLeasesOfASnapshot()
    {
        assertEquals(List.of(new LeaseEvent(Kind.ADDED, a, null)), set.reset(List.of(a)));
        assertEquals(
            List.of(new LeaseEvent(Kind.REMOVED, a, null), new LeaseEvent(Kind.ADDED, b, null)),
            set.reset(List.of(b)));
        assertTrue(set.reset(List.of(b)).isEmpty());
    }

    @Test
    void shouldReportChangedAttributesOfASnapshot()
    {
        set.reset(List.of(a, b));
        final Lease moved = lease("10.5.1.0-24", "192.0.2.99");
        final Lease otherData = lease("10.5.2.0-24", "192.0.2.2", "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:02\"}");
        assertEquals(
            List.of(new LeaseEvent(Kind.CHANGED, moved, a), new LeaseEvent(Kind.CHANGED, otherData, b)),
            set.reset(List.of(moved, otherData)));
    }

    @Test
    void shouldNotReportRenewals()
    {
        set.reset(List.of(a));
        final Lease renewed = new Lease(a.key(), a.attributes(), Duration.ofHours(24), false, 7);
        assertNull(set.put(renewed));
        assertTrue(set.reset(List.of(renewed)).isEmpty());
    }

    @Test
    void shouldReportSingleChangesWithWhatWasRemembered()
    {
        assertEquals(new LeaseEvent(Kind.ADDED, a, null), set.put(a));
        final Lease moved = lease("10.5.1.0-24", "192.0.2.99");
        assertEquals(new LeaseEvent(Kind.CHANGED, moved, a), set.put(moved));
        assertEquals(new LeaseEvent(Kind.REMOVED, moved, null), set.remove(a.key()));
        assertNull(set.remove(a.key()));
    }

    @Test
    void shouldLeaveOutOnesOwn()
    {
        final Lease own = lease("10.5.9.0-24", "192.0.2.9");
        assertNull(set.put(own));
        assertEquals(1, set.reset(List.of(own, a)).size());
        assertEquals(List.of(a), set.leases());
        assertNull(set.remove(own.key()));
    }
}
