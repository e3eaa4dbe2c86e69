// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

/** A station: its addresses never change, its place does. */
final class Station
{
    private static final long FIRST_MAC = 0x0200_0000_0001L;
    private static final int FIRST_IP = 0xAC10_0001;

    final long mac;
    final int ip;
    /** Low word of its IPv6 address. */
    final long ip6Low;
    final Network network;
    /** Where it is, or was before it left. */
    SimEngine engine;
    int port;
    boolean isPresent = true;

    Station(final int number, final Network network, final SimEngine engine, final int port)
    {
        mac = FIRST_MAC + number;
        // The gateway has the first address.
        final int inNetwork = network.stations.size() + 1;
        ip = network.isRouted() ? Routing.gateway4(network.id) + inNetwork : FIRST_IP + number;
        ip6Low = network.isRouted() ? Routing.gateway6Low(network.id) + inNetwork : 1L + number;
        this.network = network;
        this.engine = engine;
        this.port = port;
    }

    int vni()
    {
        return network.vni(engine);
    }

    /** Whether it can send: it is present, and its engine runs and has the segment. */
    boolean canSend()
    {
        return isPresent && engine.isUp() && engine.memberships.containsKey(vni());
    }

    boolean isAt(final SimEngine at, final int atVni, final int atPort)
    {
        return isPresent && engine == at && port == atPort && vni() == atVni;
    }
}
