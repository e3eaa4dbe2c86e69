package io.overlane.flannel.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.SubnetKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which leases are peers. */
class PeerSelectionTest
{
    private final List<String> notices = new ArrayList<>();
    private int reads;
    private final PeerSelection selection = new PeerSelection(lease ->
    {
        reads++;
        Backends.requireType(lease.attributes(), BackendKind.VXLAN);
        return new HostPlan.Peer(lease.subnet(), Backends.requireUnderlay(lease.attributes(), true), null);
    }, notices::add);

    private List<HostPlan.Peer> look(final List<Lease> leases)
    {
        selection.look(leases);
        return selection.peers();
    }

    private static Lease lease(final String name, final String publicIp, final String type, final long revision)
    {
        return new Lease(SubnetKey.parse(name), LeaseAttributes.ofV4(IpAddress.parse(publicIp), type, null),
            null, false, revision);
    }

    @Test
    void shouldOrderByAge()
    {
        final List<HostPlan.Peer> peers = look(List.of(
            lease("10.5.3.0-24", "192.0.2.3", "vxlan", 9), lease("10.5.2.0-24", "192.0.2.2", "vxlan", 4)));
        assertEquals(List.of("192.0.2.2", "192.0.2.3"), peers.stream().map(p -> p.underlay().toString()).toList());
    }

    @Test
    void shouldReadALeaseOnce()
    {
        final Lease lease = lease("10.5.2.0-24", "192.0.2.2", "vxlan", 4);
        look(List.of(lease));
        look(List.of(lease));
        assertEquals(1, reads);
        look(List.of(lease("10.5.2.0-24", "192.0.2.22", "vxlan", 5)));
        assertEquals(2, reads);
    }

    @Test
    void shouldTellOnceWhyALeaseIsLeftOut()
    {
        final Lease other = lease("10.5.2.0-24", "192.0.2.2", "ipip", 4);
        assertEquals(List.of(), look(List.of(other)));
        assertEquals(List.of(), look(List.of(lease("10.5.2.0-24", "192.0.2.2", "ipip", 5))));
        assertEquals(List.of("peer 10.5.2.0/24 of 192.0.2.2 is left out: its backend is 'ipip', ours is 'vxlan'"),
            notices);
        assertEquals("its backend is 'ipip', ours is 'vxlan'", selection.whyNot(other));

        look(List.of(lease("10.5.2.0-24", "0.0.0.0", "vxlan", 6)));
        assertEquals(2, notices.size());
    }

    private static List<String> underlays(final List<HostPlan.Peer> peers)
    {
        return peers.stream().map(peer -> peer.underlay().toString()).toList();
    }

    private void assertDifference(final List<String> gone, final List<String> fresh, final Lease... leases)
    {
        final PeerSelection.Difference difference = selection.look(List.of(leases));
        assertEquals(gone, underlays(difference.gone()));
        assertEquals(fresh, underlays(difference.fresh()));
    }

    @Test
    void shouldSayWhatIsDifferent()
    {
        final Lease two = lease("10.5.2.0-24", "192.0.2.2", "vxlan", 2);
        final Lease three = lease("10.5.3.0-24", "192.0.2.3", "vxlan", 3);
        final Lease four = lease("10.5.4.0-24", "192.0.2.4", "vxlan", 4);
        assertDifference(List.of(), List.of("192.0.2.2", "192.0.2.3"), two, three);
        assertDifference(List.of(), List.of(), three, two);
        assertDifference(List.of("192.0.2.2"), List.of("192.0.2.4"), three, four);
        final Lease moved = lease("10.5.3.0-24", "192.0.2.33", "vxlan", 5);
        assertDifference(List.of("192.0.2.3"), List.of("192.0.2.33"), four, moved);
        assertDifference(List.of("192.0.2.4"), List.of(), lease("10.5.4.0-24", "192.0.2.4", "ipip", 6), moved);
    }

    @Test
    void shouldGiveEverythingWherePeersContradictEachOther()
    {
        final Lease two = lease("10.5.2.0-24", "192.0.2.2", "vxlan", 2);
        final Lease three = lease("10.5.3.0-24", "192.0.2.3", "vxlan", 3);
        final Lease longer = lease("10.5.2.0-25", "192.0.2.9", "vxlan", 9);
        assertDifference(List.of(), List.of("192.0.2.2", "192.0.2.3"), two, three);
        assertDifference(List.of("192.0.2.2", "192.0.2.3"), List.of("192.0.2.2", "192.0.2.3", "192.0.2.9"),
            two, three, longer);
        assertDifference(List.of("192.0.2.2", "192.0.2.3", "192.0.2.9"), List.of("192.0.2.2", "192.0.2.3"),
            two, three);
        assertDifference(List.of("192.0.2.3"), List.of(), two);
    }

    @Test
    void shouldGiveEverythingAgainToDevicesThatWereMadeAnew()
    {
        final Lease two = lease("10.5.2.0-24", "192.0.2.2", "vxlan", 2);
        assertDifference(List.of(), List.of("192.0.2.2"), two);
        selection.forget();
        assertEquals(List.of(), selection.peers());
        assertDifference(List.of(), List.of("192.0.2.2"), two);
        assertEquals(1, reads);
    }
}
