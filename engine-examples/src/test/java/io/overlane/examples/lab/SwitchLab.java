// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hosts on one switch, and stations behind bridges of theirs, all in network namespaces.
 *
 * <pre>
 *   station 1 --- br0 --- host 1 --- u1 192.0.2.1 --+
 *   station 2 --- br0 --- host 2 --- u2 192.0.2.2 --+-- switch
 *   station 3 --- br0 --- host 3 --- u3 192.0.2.3 --+
 * </pre>
 *
 * What joins a bridge to the switch is a vxlan device or an engine, which the test starts. Nothing outside of them is
 * touched, and all are gone when it is closed or when the JVM is told to end.
 */
public final class SwitchLab implements AutoCloseable
{
    private static final AtomicInteger LABS = new AtomicInteger();
    private static final int SWITCH_NUMBER = 254;
    private static final int TIMEOUT_S = 120;

    private final String name = "overlane-" + ProcessHandle.current().pid() + "-s" + LABS.incrementAndGet();
    private final LabHost wire = new LabHost(name + "-switch", SWITCH_NUMBER);
    private final List<LabHost> hosts = new ArrayList<>();
    private final List<Station> stations = new ArrayList<>();
    private final List<RoutedStation> routed = new ArrayList<>();
    private final CleanUp cleanUp = new CleanUp(this::remove);

    private SwitchLab()
    {
    }

    /**
     * Make the switch and hosts, or skip the calling test and say why.
     *
     * @param hosts how many.
     * @return the lab, without stations.
     */
    public static SwitchLab openOrSkip(final int hosts)
    {
        final SwitchLab lab = new SwitchLab();
        try
        {
            lab.open(hosts);
            return lab;
        }
        catch (final Throwable ex)
        {
            lab.close();
            throw ex;
        }
    }

    private void open(final int count)
    {
        wire.openOrSkip();
        wire.requireBridge();
        wire.addBridge("br0");
        for (int number = 1; number <= count; number++)
        {
            final LabHost host = new LabHost(name + "-host" + number, number);
            hosts.add(host);
            host.openOrSkip();
            host.ip("link add " + host.underlayDevice() + " type veth peer name s" + number +
                " netns " + wire.namespace());
            wire.ip("link set s" + number + " master br0 up");
            host.setUpUnderlay();
            awaitForwarding(wire, "s" + number);
        }
        hosts.get(0).requireTun();
        hosts.get(0).requireKernelVxlan();
    }

    /**
     * @param number 1 for the first.
     * @return the host.
     */
    public LabHost host(final int number)
    {
        return hosts.get(number - 1);
    }

    /**
     * @param host   it is behind.
     * @param bridge of that host, which must exist.
     * @param number last octets of its addresses; several stations may have the same.
     * @return a station that can be reached.
     */
    public Station addStation(final LabHost host, final String bridge, final int number)
    {
        final Station station = new Station(
            new LabHost(name + "-station" + (stations.size() + 1), number), "st" + (stations.size() + 1));
        stations.add(station);
        station.open(host, bridge);
        return station;
    }

    /**
     * @param host   it is behind.
     * @param bridge of that host, which must exist.
     * @param vni    of the segment that the bridge is in; decides the networks.
     * @param number last octet of its addresses.
     * @return a station that can be reached in its segment.
     */
    public RoutedStation addRoutedStation(final LabHost host, final String bridge, final int vni, final int number)
    {
        final RoutedStation station =
            new RoutedStation(new LabHost(name + "-routed" + vni + "-" + number, number), vni);
        routed.add(station);
        station.open(host, bridge);
        return station;
    }

    /** A port of a bridge passes frames some time after it was added: its link must be seen to be up first. */
    static void awaitForwarding(final LabHost host, final String port)
    {
        Poll.until(port + " forwards", TIMEOUT_S,
            () -> host.run("bridge", "link", "show", "dev", port).output().contains("state forwarding"));
    }

    @Override
    public void close()
    {
        cleanUp.close();
    }

    private void remove()
    {
        stations.forEach(Station::close);
        routed.forEach(RoutedStation::close);
        hosts.forEach(LabHost::close);
        wire.close();
    }
}
