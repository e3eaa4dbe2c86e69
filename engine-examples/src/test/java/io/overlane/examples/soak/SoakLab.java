// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Poll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hosts on one switch, each a network namespace, and the VTEPs on them.
 *
 * <pre>
 *  host 1   tun-bridge, which is never restarted ---+
 *  host 2   tun-bridge -----------------------------+-- switch --- a host that is no VTEP and sends hostile datagrams
 *  host 3   tun-bridge -----------------------------+
 *  host 4   the kernel's vxlan devices -------------+
 *
 *  segment 101   learns and floods over IPv4, with a bridge on each host: inner IPv4
 *  segment 102   learns and floods over IPv6: inner IPv6
 *  segment 103   hosts 1 to 3, with configured MACs, neighbours and routes: inner IPv4
 *  segments 111 and 112   on one device of hosts 1 to 3, one without a tag and the other as a VLAN, with gateways;
 *                hosts 1 and 3 have an address in 111, host 2 in 112, so that their packets are routed: inner IPv4
 * </pre>
 */
final class SoakLab implements AutoCloseable
{
    /** Stands for the segments 111 and 112. */
    static final int ROUTED = 110;
    static final List<Integer> SEGMENTS = List.of(101, 102, 103, ROUTED);
    static final int BRIDGES = 3;
    static final int KERNEL = 4;
    static final String BRIDGE = "br101";

    private static final int STRANGER = 66;
    private static final int SWITCH = 254;
    private static final int TIMEOUT_S = 60;

    private final Path directory;
    private final LabHost wire = new LabHost("soak-switch", SWITCH);
    private final Map<Integer, LabHost> hosts = new HashMap<>();
    private final Map<Integer, Inside> threads = new HashMap<>();
    private final List<SoakBridge> bridges = new ArrayList<>();

    SoakLab(final Path directory) throws IOException
    {
        this.directory = Files.createDirectories(directory);
    }

    /** Makes the namespaces and starts everything. */
    void open() throws IOException
    {
        wire.open();
        wire.addBridge("br0");
        for (final int number : List.of(1, 2, 3, KERNEL, STRANGER))
        {
            openHost(number);
        }
        for (int number = 1; number <= BRIDGES; number++)
        {
            host(number).addBridge(BRIDGE);
            final SoakBridge bridge = new SoakBridge(host(number), inside(number), directory);
            bridges.add(bridge);
            bridge.start();
            addAddresses(number);
        }
        host(KERNEL).addBridge(BRIDGE);
        addKernelDevice(101);
        addKernelDevice(102);
        addAddresses(KERNEL);
    }

    private void openHost(final int number)
    {
        final LabHost host = new LabHost("soak-host" + number, number);
        hosts.put(number, host);
        host.open();
        host.ip("link add " + host.underlayDevice() + " type veth peer name s" + number +
            " netns " + wire.namespace());
        wire.set("sysctl -qw net.ipv6.conf.s" + number + ".disable_ipv6=1");
        wire.ip("link set s" + number + " master br0 up");
        host.setUpUnderlay();
        threads.put(number, new Inside(host.namespace()));
    }

    /** The addresses of the bridge of segment 101, which stay when devices of the segment come and go. */
    private void addAddresses(final int number)
    {
        final LabHost host = host(number);
        host.ip("link set " + BRIDGE + " address 02:00:00:01:01:0" + number + " mtu 1450");
        host.ip("addr add " + address(101, number) + "/24 dev " + BRIDGE);
    }

    /** Makes a vxlan device of the kernel on the host that has no engine. */
    void addKernelDevice(final int segment)
    {
        final LabHost host = host(KERNEL);
        final boolean overIpv6 = segment == 102;
        final String device = "vx" + segment;
        host.ip("link add " + device + " address 02:00:00:01:02:04 mtu " + (overIpv6 ? 1430 : 1450) +
            " type vxlan id " + segment + " local " + (overIpv6 ? host.underlayV6() : host.underlayV4()) + " dev " +
            host.underlayDevice() + " dstport 8472 learning ageing 20");
        host.set("ethtool -K " + device + " tx-checksum-ip-generic off");
        for (int number = 1; number <= BRIDGES; number++)
        {
            host.set("bridge fdb append 00:00:00:00:00:00 dev " + device + " self permanent dst " +
                (overIpv6 ? host(number).underlayV6() : host(number).underlayV4()));
        }
        if (overIpv6)
        {
            host.ip("-6 addr add " + address(segment, KERNEL) + "/64 dev " + device + " nodad");
            host.ip("link set " + device + " up");
        }
        else
        {
            host.addToBridge(device, BRIDGE);
        }
    }

    /** Hosts 1 to this number are in the segment. */
    static int hostsOf(final int segment)
    {
        return segment == 103 || segment == ROUTED ? BRIDGES : KERNEL;
    }

    /** The inner address of a host. */
    static String address(final int segment, final int host)
    {
        switch (segment)
        {
            case 101:
                return "10.101.0." + host;

            case 102:
                return "fd00:102::" + host;

            case ROUTED:
                return "10." + routedVlan(host) + ".0." + host;

            default:
                return "10.103." + host + ".1";
        }
    }

    /** The VLAN and segment of a host's address among the routed ones. */
    static int routedVlan(final int host)
    {
        return host == 2 ? 112 : 111;
    }

    LabHost host(final int number)
    {
        return hosts.get(number);
    }

    /** The switch; the port of host N is sN. */
    LabHost wire()
    {
        return wire;
    }

    /** The number of the host that is no VTEP. */
    int stranger()
    {
        return STRANGER;
    }

    Inside inside(final int host)
    {
        return threads.get(host);
    }

    SoakBridge bridge(final int host)
    {
        return bridges.get(host - 1);
    }

    List<SoakBridge> bridges()
    {
        return bridges;
    }

    Path directory()
    {
        return directory;
    }

    /** Pings once; true if the answer came. */
    static boolean isAnswered(final LabHost from, final String address)
    {
        return from.run("ping", "-n", "-c", "1", "-W", "1", address).status() == 0;
    }

    /** Waits until an address answers. */
    static void awaitAnswer(final LabHost from, final String address)
    {
        Poll.until(from.number() + " gets answers of " + address, TIMEOUT_S, () -> isAnswered(from, address));
    }

    /** Moves the port of a host from the switch to a wire that loses, reorders and copies packets. */
    LabProcess impair(final int host, final List<String> command)
    {
        final LabProcess process = wire.start(command);
        process.awaitLine("wire: ready", TIMEOUT_S);
        wire.addBridge("br1");
        wire.ip("link set wa master br0 up");
        wire.ip("link set wb master br1 up");
        wire.ip("link set s" + host + " master br1");
        return process;
    }

    /** Undoes it. */
    void repair(final int host, final LabProcess process)
    {
        wire.ip("link set s" + host + " master br0");
        process.signal("TERM");
        process.await(TIMEOUT_S);
        wire.ip("link del br1");
    }

    @Override
    public void close()
    {
        threads.values().forEach(Inside::close);
        hosts.values().forEach(LabHost::close);
        wire.close();
    }
}
