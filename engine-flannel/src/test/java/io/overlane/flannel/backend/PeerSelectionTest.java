// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
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
    private final PeerRules rules = new PeerRules(
        IpPrefix.parse("10.5.0.0/16"), IpAddress.parse("192.0.2.1"), IpAddress.parse("203.0.113.1"));
    private final PeerSelection selection = new PeerSelection(rules, lease ->
    {
        reads++;
        Backends.requireType(lease.attributes(), BackendKind.VXLAN);
        return new HostPlan.Peer(lease.subnet(), Backends.requireUnderlay(lease.attributes(), true), null);
    }, true, new LeftOut(notices::add));

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

    @Test
    void shouldLeaveOutRoutesThatAreNotTheNetworks()
    {
        selection.own(IpPrefix.parse("10.5.34.0/24"));
        for (final String name : List.of("0.0.0.0-0", "192.0.2.0-25", "10.4.0.0-15", "10.6.1.0-24"))
        {
            assertEquals(
                "its subnet is not in the network 10.5.0.0/16",
                selection.whyNot(lease(name, "192.0.2.2", "vxlan", 1)));
        }
        for (final String name : List.of("10.5.34.0-25", "10.5.34.9-24", "10.5.34.64-31", "10.5.0.0-16"))
        {
            assertEquals(
                "its subnet overlaps ours, 10.5.34.0/24", selection.whyNot(lease(name, "192.0.2.2", "vxlan", 1)));
        }
        assertEquals(List.of(), look(List.of(
            lease("0.0.0.0-0", "192.0.2.2", "vxlan", 1), lease("10.5.34.0-25", "192.0.2.2", "vxlan", 2))));
        assertEquals(2, notices.size());
        assertNull(selection.whyNot(lease("10.5.35.0-24", "192.0.2.2", "vxlan", 1)));
        // A client has a small one that no node would be given.
        assertNull(selection.whyNot(lease("10.5.0.4-30", "192.0.2.2", "vxlan", 1)));
    }

    @Test
    void shouldLeaveOutAddressesThatWouldTakePacketsAway()
    {
        selection.own(IpPrefix.parse("10.5.34.0/24"));
        assertEquals(List.of(
            "its address 192.0.2.1 is one of ours",
            "its address 203.0.113.1 is one of ours",
            "its address 10.5.34.7 is one of ours",
            "its address 127.0.0.1 is not possible for a node",
            "its address 255.255.255.255 is not possible for a node",
            "its address 10.5.35.7 is in its own subnet"),
            List.of("192.0.2.1", "203.0.113.1", "10.5.34.7", "127.0.0.1", "255.255.255.255", "10.5.35.7").stream()
                .map(address -> selection.whyNot(lease("10.5.35.0-24", address, "vxlan", 1))).toList());
        final PeerRules inside = new PeerRules(
            IpPrefix.parse("10.0.0.0/8"), IpAddress.parse("10.240.0.1"), IpAddress.parse("10.240.0.1"));
        final HostPlan.Peer peer =
            new HostPlan.Peer(IpPrefix.parse("10.240.0.0/24"), IpAddress.parse("10.240.1.1"), null);
        assertEquals("our own address 10.240.0.1 is in its subnet",
            assertThrows(IllegalArgumentException.class, () -> inside.require(peer)).getMessage());
    }

    @Test
    void shouldLookAgainWhenTheOwnSubnetIsAnother()
    {
        final Lease lease = lease("10.5.2.0-24", "192.0.2.2", "vxlan", 4);
        selection.own(IpPrefix.parse("10.5.2.0/24"));
        assertEquals(0, look(List.of(lease)).size());
        selection.own(IpPrefix.parse("10.5.3.0/24"));
        assertEquals(1, look(List.of(lease)).size());
    }

    @Test
    void shouldHoldTheLaterOfTwoWithTheSameFirstAddress()
    {
        final List<HostPlan.Peer> peers = look(List.of(
            lease("10.5.2.0-24", "192.0.2.3", "vxlan", 9),
            lease("10.5.2.9-24", "192.0.2.2", "vxlan", 4),
            lease("10.5.2.0-25", "192.0.2.4", "vxlan", 5)));
        assertEquals(List.of("192.0.2.3"), peers.stream().map(p -> p.underlay().toString()).toList());
    }

    @Test
    void shouldTellOneLineWhateverALeaseHolds()
    {
        final Lease lease = lease("10.5.2.0-24", "192.0.2.2", "x\nready: 9 peers\u001b[2J" + "x".repeat(9999), 4);
        look(List.of(lease));
        assertEquals(1, notices.get(0).lines().count());
        assertTrue(notices.get(0).length() < 1100);
        assertEquals("its backend is 'x?ready: 9 peers?[2Jxx", selection.whyNot(lease).substring(0, 38));
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
    void shouldReplaceAPeerByALaterOneWithTheSameFirstAddress()
    {
        final Lease two = lease("10.5.2.0-24", "192.0.2.2", "vxlan", 2);
        final Lease three = lease("10.5.3.0-24", "192.0.2.3", "vxlan", 3);
        final Lease longer = lease("10.5.2.0-25", "192.0.2.9", "vxlan", 9);
        assertDifference(List.of(), List.of("192.0.2.2", "192.0.2.3"), two, three);
        assertDifference(List.of("192.0.2.2"), List.of("192.0.2.9"), two, three, longer);
        assertDifference(List.of("192.0.2.9"), List.of("192.0.2.2"), two, three);
        assertDifference(List.of("192.0.2.3"), List.of(), two);
    }

    @Test
    void shouldGiveEverythingWhereTwoPeersHaveOneMacAddress()
    {
        final PeerSelection twins = new PeerSelection(rules, lease -> new HostPlan.Peer(
            lease.subnet(), lease.attributes().publicIp(), MacAddress.parse("02:00:00:00:00:01")),
            true, new LeftOut(notices::add));
        final Lease two = lease("10.5.2.0-24", "192.0.2.2", "vxlan", 2);
        final Lease three = lease("10.5.3.0-24", "192.0.2.3", "vxlan", 3);
        assertEquals(List.of("192.0.2.2"), underlays(twins.look(List.of(two)).fresh()));
        assertEquals(List.of("192.0.2.2", "192.0.2.3"), underlays(twins.look(List.of(two, three)).fresh()));
        final PeerSelection.Difference back = twins.look(List.of(two));
        assertEquals(List.of("192.0.2.2", "192.0.2.3"), underlays(back.gone()));
        assertEquals(List.of("192.0.2.2"), underlays(back.fresh()));
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
