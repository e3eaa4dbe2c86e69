// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.archive;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.cli.Main;
import io.overlane.cli.OneLineErrors;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.metrics.JfrEvents;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.tun.host.HostCommand;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * Loads the classes that a bridge or a node needs, so that the JVM can write them into an archive when this program
 * ends ({@code bin/overlane --make-archive}). It needs no privileges, changes nothing on the host and prints nothing.
 */
public final class ArchiveTraining
{
    private static final PrintWriter NOWHERE = new PrintWriter(Writer.nullWriter());

    /** The commands that run for long. */
    private static final List<String> COMMANDS = List.of("tun-bridge", "flannel", "ctl");

    /** Only examples, {@code --pcapng}, {@code replay} and {@code --underlay netty} need these packages. */
    private static final List<String> LEFT_OUT = List.of(
        "io/overlane/examples/", "io/overlane/capture/", "io/overlane/cli/replay/", "io/overlane/netty/",
        "io/overlane/pcap/", "io/overlane/replay/");

    private static final long ATTEMPT_MS = 500;

    private ArchiveTraining()
    {
    }

    /**
     * @param args none.
     * @throws Exception if this program is not run from a jar, or the loopback address cannot be used.
     */
    public static void main(final String[] args) throws Exception
    {
        OneLineErrors.configureLogging();
        for (final String command : COMMANDS)
        {
            Main.run(NOWHERE, NOWHERE, command, "--help");
        }
        carryFrames();
        useHost();
        loadOwnClasses();
        startNode();
        System.exit(0);
    }

    /** An engine between a port and a socket, which sends to a port of loopback where nobody listens. */
    private static void carryFrames() throws IOException
    {
        final IpAddress loopback = IpAddress.parse("127.0.0.1");
        final UnderlayOptions options = new UnderlayOptions(loopback, 0);
        final Underlay underlay =
            LibcUnderlay.whyUnavailable() == null ? LibcUnderlay.open(options) : NioUnderlay.open(options);
        final RingPort port = new RingPort("training", 1450, 256);
        try (OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(underlay)
            .segment(new SegmentContext(1).port(port).flood(Vtep.parse("127.0.0.2", 8472)))))
        {
            JfrEvents.connect(engine, port.name());
            port.send(new byte[64]);
            engine.snapshot();
            engine.close(TimeUnit.SECONDS.toNanos(1));
        }
    }

    /** JSON, and a program of the host; with input, because there may be no {@code /dev/null} in a chroot. */
    private static void useHost() throws IOException
    {
        final Optional<HostCommand> shell = HostCommand.find("sh");
        if (shell.isPresent())
        {
            shell.get().tryRun("\n", List.of("-c", ":"));
        }
        NetworkConfig.parse("{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
    }

    private static void loadOwnClasses() throws Exception
    {
        final Path jar = Path.of(
            ArchiveTraining.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        final ClassLoader loader = ArchiveTraining.class.getClassLoader();
        try (JarFile file = new JarFile(jar.toFile()))
        {
            Class.forName(file.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS));
            final List<String> names = file.stream()
                .map(entry -> entry.getName())
                .filter(name -> name.startsWith("io/overlane/") && name.endsWith(".class"))
                .filter(name -> !name.endsWith("-info.class") && LEFT_OUT.stream().noneMatch(name::startsWith))
                .toList();
            for (final String name : names)
            {
                Class.forName(name.substring(0, name.length() - ".class".length()).replace('/', '.'), false, loader);
            }
        }
    }

    /** A node whose registry takes connections and does not answer, for a moment. */
    private static void startNode() throws IOException, InterruptedException
    {
        final ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        final Thread node = new Thread(() -> Main.run(
            NOWHERE, NOWHERE, "flannel", "--admin", "off",
            "--etcd-endpoints", "http://127.0.0.1:" + silent.getLocalPort()));
        node.setDaemon(true);
        node.start();
        node.join(ATTEMPT_MS);
    }
}
