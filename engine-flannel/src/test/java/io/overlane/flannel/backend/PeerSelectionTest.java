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

    private static Lease lease(final String name, final String publicIp, final String type, final long revision)
    {
        return new Lease(SubnetKey.parse(name), LeaseAttributes.ofV4(IpAddress.parse(publicIp), type, null),
            null, false, revision);
    }

    @Test
    void shouldOrderByAge()
    {
        final List<HostPlan.Peer> peers = selection.of(List.of(
            lease("10.5.3.0-24", "192.0.2.3", "vxlan", 9), lease("10.5.2.0-24", "192.0.2.2", "vxlan", 4)));
        assertEquals(List.of("192.0.2.2", "192.0.2.3"), peers.stream().map(p -> p.underlay().toString()).toList());
    }

    @Test
    void shouldReadALeaseOnce()
    {
        final Lease lease = lease("10.5.2.0-24", "192.0.2.2", "vxlan", 4);
        selection.of(List.of(lease));
        selection.of(List.of(lease));
        assertEquals(1, reads);
        selection.of(List.of(lease("10.5.2.0-24", "192.0.2.22", "vxlan", 5)));
        assertEquals(2, reads);
    }

    @Test
    void shouldTellOnceWhyALeaseIsLeftOut()
    {
        final Lease other = lease("10.5.2.0-24", "192.0.2.2", "ipip", 4);
        assertEquals(List.of(), selection.of(List.of(other)));
        assertEquals(List.of(), selection.of(List.of(lease("10.5.2.0-24", "192.0.2.2", "ipip", 5))));
        assertEquals(List.of("peer 10.5.2.0/24 of 192.0.2.2 is left out: its backend is 'ipip', ours is 'vxlan'"),
            notices);
        assertEquals("its backend is 'ipip', ours is 'vxlan'", selection.whyNot(other));

        selection.of(List.of(lease("10.5.2.0-24", "0.0.0.0", "vxlan", 6)));
        assertEquals(2, notices.size());
    }
}
