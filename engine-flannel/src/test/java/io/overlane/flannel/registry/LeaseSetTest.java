// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import static io.overlane.flannel.registry.Leases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseEvent.Kind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is different between two states of a network. */
class LeaseSetTest
{
    private final Lease a = lease("10.5.1.0-24", "192.0.2.1");
    private final Lease b = lease("10.5.2.0-24", "192.0.2.2");
    private final Lease c = lease("10.5.3.0-24", "192.0.2.3");
    private final Lease d = lease("10.5.4.0-24", "192.0.2.4");
    private final Lease e = lease("10.5.5.0-24", "192.0.2.5");
    private final Lease own = lease("10.5.9.0-24", "192.0.2.9");
    private final LeaseSet set = new LeaseSet(own.key());

    @Test
    void shouldReportNewAndGoneLeasesOfASnapshot()
    {
        assertEquals(List.of(added(a), added(b)), set.reset(List.of(own, a, b), false));
        assertEquals(List.of(removed(a), added(c)), set.reset(List.of(own, b, c), false));
        assertTrue(set.reset(List.of(own, b, c), false).isEmpty());
        assertEquals(0, set.held());
    }

    @Test
    void shouldReportChangedAttributesOfASnapshot()
    {
        set.reset(List.of(a, b), false);
        final Lease moved = lease("10.5.1.0-24", "192.0.2.99");
        final Lease otherData = lease("10.5.2.0-24", "192.0.2.2", "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:02\"}");
        assertEquals(
            List.of(new LeaseEvent(Kind.CHANGED, moved, a), new LeaseEvent(Kind.CHANGED, otherData, b)),
            set.reset(List.of(moved, otherData), false));
    }

    @Test
    void shouldNotReportRenewals()
    {
        set.reset(List.of(a), false);
        final Lease renewed = new Lease(a.key(), a.attributes(), Duration.ofHours(24), false, 7);
        assertEquals(List.of(), set.put(renewed));
        assertTrue(set.reset(List.of(renewed), false).isEmpty());
    }

    @Test
    void shouldReportSingleChangesWithWhatWasRemembered()
    {
        assertEquals(List.of(new LeaseEvent(Kind.ADDED, a, null)), set.put(a));
        final Lease moved = lease("10.5.1.0-24", "192.0.2.99");
        assertEquals(List.of(new LeaseEvent(Kind.CHANGED, moved, a)), set.put(moved));
        assertEquals(List.of(new LeaseEvent(Kind.REMOVED, moved, null)), set.remove(a.key()));
        assertEquals(List.of(), set.remove(a.key()));
    }

    @Test
    void shouldLeaveOutOnesOwn()
    {
        assertEquals(List.of(), set.put(own));
        assertEquals(1, set.reset(List.of(own, a), false).size());
        assertEquals(List.of(a), set.leases());
        assertEquals(List.of(), set.remove(own.key()));
    }

    private static LeaseEvent added(final Lease lease)
    {
        return new LeaseEvent(Kind.ADDED, lease, null);
    }

    private static LeaseEvent removed(final Lease lease)
    {
        return new LeaseEvent(Kind.REMOVED, lease, null);
    }

    private static Lease unreadable(final Lease lease)
    {
        return new Lease(lease.key(), LeaseAttributes.UNREADABLE, null, false, 7);
    }

    @Test
    void shouldRemoveWhatBecameUnreadable()
    {
        set.reset(List.of(own, a, b, c, d, e), false);
        assertEquals(List.of(removed(a)), set.put(unreadable(a)));
        assertEquals(List.of(removed(b)), set.reset(List.of(own, unreadable(a), unreadable(b), c, d, e), false));
        assertEquals(List.of(c, d, e), set.leases());
        assertEquals(List.of(added(a)), set.put(a));
    }

    @Test
    void shouldHoldLeasesThatTheRegistryLost()
    {
        set.reset(List.of(own, a, b, c, d, e), false);
        assertEquals(List.of(), set.reset(List.of(own, c, d, e), false), "two of five at once");
        assertEquals(2, set.held());
        assertEquals(List.of(), set.put(a), "registered again as it was");
        assertEquals(1, set.held());
        assertEquals(List.of(removed(c)), set.reset(List.of(own, a, d, e), false), "one of five is a departure");
        assertEquals(1, set.held(), "b is still missing");
        assertEquals(List.of(removed(b)), set.removeHeld());
        assertEquals(List.of(a, d, e), set.leases());
        assertEquals(0, set.held());
    }

    @Test
    void shouldHoldEverythingWhenTheStoreIsAnotherOne()
    {
        set.reset(List.of(own, a, b, c, d, e), false);
        assertEquals(List.of(), set.reset(List.of(own, a, b, c, d), true));
        assertEquals(1, set.held());
    }

    @Test
    void shouldHoldEverythingWhenTheOwnLeaseIsLostToo()
    {
        set.reset(List.of(own, a, b, c, d, e), false);
        assertEquals(List.of(), set.reset(List.of(a, b, c, d), false));
        assertEquals(1, set.held());
    }

    @Test
    void shouldTakeAMissingLeaseForADepartureIfTheOwnOneWasMissingBefore()
    {
        set.reset(List.of(own, a, b, c, d, e), false);
        set.remove(own.key());
        assertEquals(List.of(removed(e)), set.reset(List.of(a, b, c, d), false));
        assertEquals(List.of(removed(d)), set.reset(List.of(a, b, c), false));
        set.put(own);
        set.reset(List.of(own, a, b, c, d, e), false);
        assertEquals(List.of(), set.reset(List.of(a, b, c, d), false));
    }

    @Test
    void shouldHoldNoLeaseThatAnotherContradicts()
    {
        final Lease moved = lease("10.5.77.0-24", "192.0.2.1");
        final Lease wider = lease("10.5.2.0-23", "192.0.2.88");
        set.reset(List.of(own, a, b, c, d), false);
        assertEquals(List.of(removed(a), added(moved)), set.reset(List.of(moved), true), "it has another subnet now");
        assertEquals(3, set.held());
        assertEquals(List.of(removed(b), removed(c), added(wider)), set.put(wider), "overlaps two");
        assertEquals(List.of(moved, d, wider), set.leases());
    }
}
