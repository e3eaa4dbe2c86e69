// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A namespace with one device, plugged into a bridge of a host, and into another's when it moves. */
public final class Station implements AutoCloseable
{
    private static final String DEVICE = "e0";
    private static final int OVERLAY_MTU = 1450;

    private final LabHost host;
    private final String plug;
    private LabHost place;

    Station(final LabHost host, final String plug)
    {
        this.host = host;
        this.plug = plug;
    }

    void open(final LabHost at, final String bridge)
    {
        host.openOrSkip();
        host.ip("link set lo up");
        host.ip("link add " + DEVICE + " address " + mac() + " mtu " + OVERLAY_MTU + " type veth peer name " + plug +
            " mtu " + OVERLAY_MTU + " netns " + at.namespace());
        // Nobody should hear of it before it speaks.
        host.set("sysctl -qw net.ipv6.conf." + DEVICE + ".disable_ipv6=1");
        host.ip("addr add " + address() + "/16 dev " + DEVICE);
        host.ip("link set " + DEVICE + " up");
        plug(at, bridge);
    }

    /**
     * Pull the plug and put it into a bridge elsewhere. The station says nothing on its own.
     *
     * @param to     a host.
     * @param bridge of that host.
     */
    public void move(final LabHost to, final String bridge)
    {
        place.ip("link set " + plug + " netns " + to.namespace());
        plug(to, bridge);
    }

    private void plug(final LabHost at, final String bridge)
    {
        place = at;
        at.addToBridge(plug, bridge);
    }

    /** Say once to everybody where it is, by a gratuitous ARP. */
    public void announce()
    {
        host.set("sysctl -qw net.ipv4.conf." + DEVICE + ".arp_notify=1");
        host.ip("link set " + DEVICE + " address " + mac());
        host.set("sysctl -qw net.ipv4.conf." + DEVICE + ".arp_notify=0");
    }

    /** Speak IPv6 too, from the link-local address and {@link #addressV6()}. */
    public void openIpv6()
    {
        host.set("sysctl -qw net.ipv6.conf." + DEVICE + ".accept_dad=0");
        host.set("sysctl -qw net.ipv6.conf." + DEVICE + ".disable_ipv6=0");
        host.ip("-6 addr add " + addressV6() + "/64 dev " + DEVICE + " nodad");
    }

    /** @return its IPv6 address in the overlay. */
    public String addressV6()
    {
        return "fd00:9::" + host.number();
    }

    /**
     * Send requests whether they are answered or not.
     *
     * @param to    another station.
     * @param count of them.
     */
    public void send(final Station to, final int count)
    {
        host.run("ping", "-n", "-q", "-i", "0.01", "-W", "1", "-c", Integer.toString(count), to.address());
    }

    /** Forget who is where, so that the next frame to anybody is a question for all. */
    public void forgetNeighbors()
    {
        host.ip("neigh flush dev " + DEVICE);
    }

    /**
     * Send one request, whose answer must come: there is no second try.
     *
     * @param to another station.
     */
    public void pingOnce(final Station to)
    {
        final CommandResult ping = host.run("ping", "-n", "-c", "1", "-W", "10", to.address());
        assertTrue(ping.status() == 0, ping::toString);
    }

    /**
     * Ask for the address of a station that is not there.
     *
     * @param to a station of another segment.
     */
    public void assertUnanswered(final Station to)
    {
        final CommandResult ping = host.run("ping", "-n", "-c", "1", "-W", "1", to.address());
        assertTrue(ping.status() == 1, ping::toString);
    }

    /** @return how many echo requests came here. */
    public int echoRequests()
    {
        return host.count("Icmp", "InEchos");
    }

    /** @return where it sends from. */
    public LabHost host()
    {
        return host;
    }

    /** @return its MAC address. */
    public String mac()
    {
        return "02:00:00:00:0a:0" + host.number();
    }

    /** @return its address in the overlay. */
    public String address()
    {
        return "10.9.0." + host.number();
    }

    @Override
    public void close()
    {
        host.close();
    }
}
