// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

/**
 * The kernel's own vxlan device on a host, set up as flannel does: one device, no learning, and for each peer an FDB
 * entry, a permanent neighbour and an onlink route to its subnet. See {@link Overlay} for the addresses.
 */
public final class KernelVxlan
{
    private final LabHost host;
    private final LabHost peer;
    private final boolean overIpv6;

    private KernelVxlan(final LabHost host, final LabHost peer, final boolean overIpv6)
    {
        this.host = host;
        this.peer = peer;
        this.overIpv6 = overIpv6;
    }

    /**
     * @param host     where.
     * @param peer     the other end.
     * @param overIpv6 what carries the datagrams.
     * @return the device, up and with its addresses; it knows no peer yet.
     */
    public static KernelVxlan create(final LabHost host, final LabHost peer, final boolean overIpv6)
    {
        final String local = overIpv6 ? host.underlayV6() : host.underlayV4();
        final int mtu = 1500 - (overIpv6 ? 70 : 50);
        host.ip("link add flannel.1 address " + Overlay.mac(host) + " mtu " + mtu + " type vxlan id 1 local " + local +
            " dev " + host.underlayDevice() + " dstport 8472 nolearning");
        // A veth leaves checksums to hardware it does not have; a userspace peer would see them unfinished.
        host.set("ethtool -K flannel.1 tx-checksum-ip-generic off");
        host.ip("addr add " + Overlay.v4(host) + "/32 dev flannel.1");
        host.ip("-6 addr add " + Overlay.v6(host) + "/128 dev flannel.1 nodad");
        host.ip("link set flannel.1 up");
        return new KernelVxlan(host, peer, overIpv6);
    }

    /**
     * @param host  where.
     * @param group multicast group that gets what has no other way.
     * @return the device, up and with its addresses; it learns, and finds its peers by the group.
     */
    public static KernelVxlan createWithGroup(final LabHost host, final String group)
    {
        host.ip("link add flannel.1 address " + Overlay.mac(host) + " mtu 1450 type vxlan id 1 group " + group +
            " dev " + host.underlayDevice() + " dstport 8472");
        host.set("ethtool -K flannel.1 tx-checksum-ip-generic off");
        host.ip("addr add " + Overlay.v4(host) + "/8 dev flannel.1");
        host.ip("link set flannel.1 up");
        return new KernelVxlan(host, host, false);
    }

    /**
     * A device that learns and floods, in a bridge.
     *
     * @param host   where.
     * @param vni    of the segment; the device is {@code vx} and this.
     * @param bridge it is put into.
     * @param peers  that get what has no other way.
     */
    public static void createLearning(
        final LabHost host, final int vni, final String bridge, final LabHost... peers)
    {
        final String device = "vx" + vni;
        host.ip("link add " + device + " mtu 1450 type vxlan id " + vni + " local " + host.underlayV4() +
            " dev " + host.underlayDevice() + " dstport 8472 learning");
        host.set("ethtool -K " + device + " tx-checksum-ip-generic off");
        for (final LabHost peer : peers)
        {
            host.set("bridge fdb append 00:00:00:00:00:00 dev " + device + " self dst " + peer.underlayV4() +
                " permanent");
        }
        host.addToBridge(device, bridge);
    }

    /**
     * Neighbours and FDB entry for the peer.
     *
     * @return this.
     */
    public KernelVxlan addPeer()
    {
        fdb(Overlay.mac(peer));
        host.ip("neigh replace " + Overlay.v4(peer) + " lladdr " + Overlay.mac(peer) + " dev flannel.1 nud permanent");
        host.ip("neigh replace " + Overlay.v6(peer) + " lladdr " + Overlay.mac(peer) + " dev flannel.1 nud permanent");
        return addRoutes();
    }

    /**
     * FDB entries for the peer and for what goes to everybody, no neighbour: the host must ask.
     *
     * @return this.
     */
    public KernelVxlan addPeerToResolve()
    {
        fdb(Overlay.mac(peer));
        fdb("00:00:00:00:00:00");
        return addRoutes();
    }

    private KernelVxlan addRoutes()
    {
        host.ip("route replace " + Overlay.subnetV4(peer) + " via " + Overlay.v4(peer) + " dev flannel.1 onlink");
        host.ip("-6 route replace " + Overlay.subnetV6(peer) + " via " + Overlay.v6(peer) + " dev flannel.1 onlink");
        return this;
    }

    private void fdb(final String mac)
    {
        final String remote = overIpv6 ? peer.underlayV6() : peer.underlayV4();
        host.set("bridge fdb append " + mac + " dev flannel.1 self dst " + remote + " permanent");
    }
}
