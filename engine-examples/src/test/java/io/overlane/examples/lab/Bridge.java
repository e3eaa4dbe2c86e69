// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code tun-bridge} of the packaged jar on one host of the lab.
 */
public final class Bridge
{
    /** How the one line starts that the bridge prints when frames can pass. */
    public static final String START_LINE = "tun-bridge: ";

    private static final int START_TIMEOUT_S = 120;
    private static final int STOP_TIMEOUT_S = 120;

    private final LabHost host;
    private final String device;
    private final LabProcess process;

    private Bridge(final LabHost host, final String device, final LabProcess process)
    {
        this.host = host;
        this.device = device;
        this.process = process;
    }

    /**
     * Start and wait until frames can pass.
     *
     * @param host      where.
     * @param device    the name it will give its device.
     * @param arguments behind {@code tun-bridge}.
     * @return the running bridge.
     */
    public static Bridge start(final LabHost host, final String device, final List<String> arguments)
    {
        return start(host, device, List.of(), arguments);
    }

    /**
     * Start and wait until frames can pass.
     *
     * @param host       where.
     * @param device     the name it will give its device.
     * @param jvmOptions for its JVM.
     * @param arguments  behind {@code tun-bridge}.
     * @return the running bridge.
     */
    public static Bridge start(
        final LabHost host, final String device, final List<String> jvmOptions, final List<String> arguments)
    {
        final List<String> all = new ArrayList<>(arguments);
        if (!all.contains("--admin"))
        {
            // Hosts have networks of their own here, but one /run.
            all.addAll(List.of("--admin", "off"));
        }
        final Bridge bridge = new Bridge(host, device, host.start(command(jvmOptions, "tun-bridge", all)));
        bridge.process.awaitLine(START_LINE, START_TIMEOUT_S);
        assertTrue(host.hasDevice(device), () -> "no device " + device);
        return bridge;
    }

    /**
     * A command line of the packaged jar, which {@code -Doverlane.it.jar=FILE} replaces.
     *
     * @param jvmOptions for its JVM.
     * @param subcommand of the jar.
     * @param arguments  behind the subcommand.
     * @return program and arguments. SIGINT works even if whoever runs the tests ignores it.
     */
    public static List<String> command(
        final List<String> jvmOptions, final String subcommand, final List<String> arguments)
    {
        final List<String> options = smallJvm();
        options.addAll(jvmOptions);
        options.add("-jar");
        final List<String> behindJar = new ArrayList<>(List.of(subcommand));
        behindJar.addAll(arguments);
        final List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT,HUP"));
        command.addAll(JavaCommand.of(options, jar(), behindJar));
        return command;
    }

    /**
     * A command line of a class in the packaged jar.
     *
     * @param mainClass of the program.
     * @param arguments of the program.
     * @return program and arguments.
     */
    public static List<String> program(final String mainClass, final List<String> arguments)
    {
        return JavaCommand.of(
            List.of("-cp", jar()), mainClass, arguments);
    }

    /** Options by which a JVM starts sooner and compiles less; {@code bin/overlane} has them, too. */
    private static List<String> smallJvm()
    {
        final List<String> options = new ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        final String name = jar().replaceFirst("\\.jar$", "");
        final boolean isCache = Runtime.version().feature() >= 25;
        final Path archive = Path.of(name + (isCache ? ".aot" : ".jsa"));
        if (Files.exists(archive))
        {
            options.addAll(isCache ?
                List.of("-Xlog:aot=off", "-XX:AOTCache=" + archive) :
                List.of("-Xlog:cds=off", "-XX:SharedArchiveFile=" + archive));
        }
        return options;
    }

    private static String jar()
    {
        final Path jar = Path.of(System.getProperty("overlane.it.jar", "target/engine-examples.jar")).toAbsolutePath();
        assertTrue(Files.exists(jar), () -> "package the module first: no " + jar);
        return jar.toString();
    }

    /**
     * Options that join a host to the other as flannel would: see {@link Overlay}.
     *
     * @param host     where the bridge runs.
     * @param peer     the other end.
     * @param underlay {@code libc}, {@code netty} or {@code nio}.
     * @param overIpv6 what carries the datagrams.
     * @return arguments for VXLAN.
     */
    public static List<String> vxlan(
        final LabHost host, final LabHost peer, final String underlay, final boolean overIpv6)
    {
        final String remote =
            (overIpv6 ? peer.underlayV6() : peer.underlayV4()) + ",mac=" + Overlay.mac(peer) + ",subnet=";
        return List.of(
            "--underlay", underlay,
            "--local", overIpv6 ? host.underlayV6() : host.underlayV4(),
            "--mac", Overlay.mac(host),
            "--address", Overlay.v4(host) + "/32",
            "--address", Overlay.v6(host) + "/128",
            "--peer", remote + Overlay.subnetV4(peer),
            "--peer", remote + Overlay.subnetV6(peer));
    }

    /**
     * Options that join a host to the other as flannel's udp backend would.
     *
     * @param host     where the bridge runs.
     * @param peer     the other end.
     * @param underlay {@code libc}, {@code netty} or {@code nio}.
     * @return arguments for {@code --mode ip-udp}.
     */
    public static List<String> ipUdp(final LabHost host, final LabHost peer, final String underlay)
    {
        return List.of(
            "--mode", "ip-udp",
            "--underlay", underlay,
            "--local", host.underlayV4(),
            "--address", Overlay.v4(host) + "/32",
            "--peer", peer.underlayV4() + ",subnet=" + Overlay.subnetV4(peer));
    }

    /** @return the process. */
    public LabProcess process()
    {
        return process;
    }

    /**
     * Ask it to stop and insist that it leaves nothing behind.
     *
     * @param signal {@code TERM} or {@code INT}.
     * @return what it printed, totals included.
     */
    public CommandResult stop(final String signal)
    {
        process.signal(signal);
        final CommandResult result = process.await(STOP_TIMEOUT_S);
        assertEquals(0, result.status(), result::toString);
        assertEquals(false, host.hasDevice(device), () -> device + " is still there");
        return result;
    }
}
