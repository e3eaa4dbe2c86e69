// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A namespace with one device in a segment that has a gateway. Station 11 of VNI 10 is {@code 10.10.0.11} and
 * {@code fd00:10::11}; it sends everything else to {@code 10.10.0.1} and {@code fd00:10::1}.
 */
public final class RoutedStation implements AutoCloseable
{
    private static final String DEVICE = "e0";
    private static final int MTU = 1450;
    private static final Pattern SENDER = Pattern.compile("From ([0-9a-f.:]+):? icmp_seq=1 (.*)");

    private final LabHost host;
    private final int vni;

    RoutedStation(final LabHost host, final int vni)
    {
        this.host = host;
        this.vni = vni;
    }

    void open(final LabHost at, final String bridge)
    {
        final String plug = "st" + vni + "-" + host.number();
        host.openOrSkip();
        host.ip("link set lo up");
        host.ip("link add " + DEVICE + " mtu " + MTU + " type veth peer name " + plug + " mtu " + MTU + " netns " +
            at.namespace());
        host.set("sysctl -qw net.ipv6.conf." + DEVICE + ".accept_dad=0");
        host.ip("addr add " + v4() + "/24 dev " + DEVICE);
        host.ip("-6 addr add " + v6() + "/64 dev " + DEVICE + " nodad");
        host.ip("link set " + DEVICE + " up");
        at.addToBridge(plug, bridge);
        host.ip("route add default via " + gatewayV4());
        host.ip("-6 route add default via " + gatewayV6());
    }

    /** @return where it sends from. */
    public LabHost host()
    {
        return host;
    }

    /** @return its IPv4 address. */
    public String v4()
    {
        return "10." + vni + ".0." + host.number();
    }

    /** @return its IPv6 address. */
    public String v6()
    {
        return "fd00:" + vni + "::" + host.number();
    }

    /** @return IPv4 address of its gateway. */
    public String gatewayV4()
    {
        return "10." + vni + ".0.1";
    }

    /** @return IPv6 address of its gateway. */
    public String gatewayV6()
    {
        return "fd00:" + vni + "::1";
    }

    /**
     * Ping a station over both families; all packets must be answered.
     *
     * @param to another station.
     */
    public void ping(final RoutedStation to)
    {
        Traffic.ping(host, to.v4());
        Traffic.ping(host, to.v6());
    }

    /**
     * Send one packet that cannot arrive, and read the ICMP error.
     *
     * @param to      an address.
     * @param options of ping, such as {@code -t 1}.
     * @return address of the sender of the error, a blank, and the error in the words of ping.
     */
    public String pingError(final String to, final String... options)
    {
        final String[] command = new String[8 + options.length];
        System.arraycopy(new String[]{"ping", "-n", "-c", "1", "-W", "10"}, 0, command, 0, 6);
        System.arraycopy(options, 0, command, 6, options.length);
        command[6 + options.length] = to.indexOf(':') >= 0 ? "-6" : "-4";
        command[7 + options.length] = to;
        final CommandResult result = host.run(command);
        final Matcher error = SENDER.matcher(result.output());
        assertTrue(error.find(), result::toString);
        return error.group(1).replaceFirst(":$", "") + " " + error.group(2);
    }

    @Override
    public void close()
    {
        host.close();
    }
}
