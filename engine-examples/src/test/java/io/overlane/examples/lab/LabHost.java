// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * One of the hosts: a network namespace with one underlay device.
 */
public final class LabHost implements AutoCloseable
{
    /** Longest a command may take that is not expected to take long. */
    private static final int COMMAND_TIMEOUT_S = 120;

    private final String namespace;
    private final int number;
    private final List<LabProcess> processes = new ArrayList<>();

    /**
     * @param namespace name of it; nothing is made yet.
     * @param number    last octet of its addresses.
     */
    public LabHost(final String namespace, final int number)
    {
        this.namespace = namespace;
        this.number = number;
    }

    /** @return name of the namespace. */
    public String namespace()
    {
        return namespace;
    }

    /** @return 1 for the first: the last octet of its addresses. */
    public int number()
    {
        return number;
    }

    /** @return name of the underlay device. */
    public String underlayDevice()
    {
        return "u" + number;
    }

    /** @return address on the wire, {@code 192.0.2.0/24}. */
    public String underlayV4()
    {
        return "192.0.2." + number;
    }

    /** @return address on the wire, {@code fd00:192:0:2::/64}. */
    public String underlayV6()
    {
        return "fd00:192:0:2::" + number;
    }

    /** Make the namespace, which must be possible. */
    public void open()
    {
        LabProcess.start(List.of("ip", "netns", "add", namespace)).await(COMMAND_TIMEOUT_S).orFail();
    }

    /** Make the namespace, or skip the calling test and say why. */
    void openOrSkip()
    {
        final CommandResult added;
        try
        {
            added = LabProcess.start(List.of("ip", "netns", "add", namespace)).await(COMMAND_TIMEOUT_S);
        }
        catch (final UncheckedIOException ex)
        {
            Assumptions.abort("needs iproute2: " + ex.getMessage());
            return;
        }
        assumeTrue(added.status() == 0, () -> "needs root and network namespaces: " + added);
    }

    /** Addresses of the underlay device, which must exist, and everything up. */
    public void setUpUnderlay()
    {
        set("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0");
        ip("addr add " + underlayV4() + "/24 dev " + underlayDevice());
        ip("-6 addr add " + underlayV6() + "/64 dev " + underlayDevice() + " nodad");
        ip("link set lo up");
        ip("link set " + underlayDevice() + " up");
    }

    /** Skip the calling test where TAP devices cannot be made. */
    void requireTun()
    {
        final CommandResult made = run("ip", "tuntap", "add", "dev", "probe", "mode", "tap");
        assumeTrue(made.status() == 0, () -> "needs /dev/net/tun: " + made);
        ip("tuntap del dev probe mode tap");
    }

    /** Skip the calling test where the kernel has no vxlan device. */
    void requireKernelVxlan()
    {
        final CommandResult made = run("ip", "link", "add", "probe", "type", "vxlan", "id", "9", "dstport", "9999");
        assumeTrue(made.status() == 0, () -> "needs the kernel's vxlan device: " + made);
        ip("link del probe");
    }

    /** Skip the calling test where tshark is not installed. */
    public void requireTshark()
    {
        final CommandResult version = run("tshark", "--version");
        assumeTrue(version.status() == 0, () -> "needs tshark: " + version);
    }

    /** Skip the calling test where the kernel has no bridge. */
    void requireBridge()
    {
        final CommandResult made = run("ip", "link", "add", "probe", "type", "bridge");
        assumeTrue(made.status() == 0, () -> "needs the kernel's bridge: " + made);
        ip("link del probe");
    }

    /**
     * Make a bridge that is up and says nothing itself.
     *
     * @param name of it.
     */
    public void addBridge(final String name)
    {
        ip("link add " + name + " type bridge mcast_snooping 0");
        set("sysctl -qw net.ipv6.conf." + name + ".disable_ipv6=1");
        ip("link set " + name + " up");
    }

    /**
     * Plug a device into a bridge and wait until frames pass.
     *
     * @param device to plug in.
     * @param bridge it is a port of then.
     */
    public void addToBridge(final String device, final String bridge)
    {
        set("sysctl -qw net.ipv6.conf." + device + ".disable_ipv6=1");
        ip("link set " + device + " master " + bridge + " up");
        SwitchLab.awaitForwarding(this, device);
    }

    /**
     * Run to the end.
     *
     * @param command program and arguments.
     * @return what it left behind, whatever its exit status.
     */
    public CommandResult run(final String... command)
    {
        return start(List.of(command)).await(COMMAND_TIMEOUT_S);
    }

    /**
     * Run {@code ip} here and insist that it works.
     *
     * @param arguments separated by single spaces.
     */
    public void ip(final String arguments)
    {
        final List<String> command = new ArrayList<>(List.of("ip", "-n", namespace));
        command.addAll(List.of(arguments.split(" ")));
        LabProcess.start(command).await(COMMAND_TIMEOUT_S).orFail();
    }

    /**
     * Run any command here and insist that it works.
     *
     * @param command program and arguments, separated by single spaces.
     */
    public void set(final String command)
    {
        run(command.split(" ")).orFail();
    }

    /**
     * Start and go on; the process does not outlive the lab.
     *
     * @param command program and arguments.
     * @return the process.
     */
    public LabProcess start(final List<String> command)
    {
        final List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        inside.addAll(command);
        final LabProcess process = LabProcess.start(inside);
        processes.removeIf(earlier -> !earlier.isAlive());
        processes.add(process);
        return process;
    }

    /**
     * @param name of a device.
     * @return true if it exists here.
     */
    public boolean hasDevice(final String name)
    {
        return run("ip", "link", "show", "dev", name).status() == 0;
    }

    /**
     * @param protocol {@code Icmp}, {@code Udp} and so on.
     * @param name     of a counter of it.
     * @return what it is here, in {@code /proc/net/snmp}: a line of names and one of values for each protocol.
     */
    public int count(final String protocol, final String name)
    {
        final List<String[]> lines = run("cat", "/proc/net/snmp").orFail().stdout().stream()
            .filter(line -> line.startsWith(protocol + ": "))
            .map(line -> line.split(" "))
            .toList();
        return Integer.parseInt(lines.get(1)[List.of(lines.get(0)).indexOf(name)]);
    }

    /**
     * Do what a network card would be told: leave checksums and segmentation to software, so that a capture shows
     * frames as they are on a wire.
     *
     * @param device to tell.
     */
    public void switchOffloadOff(final String device)
    {
        for (final String feature : List.of(
            "tx-checksum-ip-generic", "tso", "gso", "tx-udp-segmentation",
            "tx-udp_tnl-segmentation", "tx-udp_tnl-csum-segmentation"))
        {
            // A feature the device does not know, or cannot change, is off or harmless.
            run("ethtool", "-K", device, feature, "off");
        }
    }

    /** @return names of the programs that run here. */
    List<String> programs()
    {
        return LabProcess.start(List.of("ip", "netns", "pids", namespace)).await(COMMAND_TIMEOUT_S).stdout().stream()
            .map(pid -> Path.of("/proc", pid, "comm"))
            .map(LabHost::firstLine)
            .filter(name -> !name.isEmpty())
            .toList();
    }

    /** Empty if the process has ended meanwhile. */
    private static String firstLine(final Path file)
    {
        try
        {
            return Files.readString(file).strip();
        }
        catch (final IOException ex)
        {
            return "";
        }
    }

    /** Kill what still runs here and remove the namespace. */
    @Override
    public void close()
    {
        processes.forEach(LabProcess::close);
        processes.stream().filter(LabProcess::isAlive).forEach(process -> process.await(COMMAND_TIMEOUT_S));
        LabProcess.start(List.of("ip", "netns", "del", namespace)).await(COMMAND_TIMEOUT_S);
    }
}
