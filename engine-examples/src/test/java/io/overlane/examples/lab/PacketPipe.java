// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The near end of a {@link PacketPeer}: what goes in comes out there, and the other way round. */
public final class PacketPipe implements AutoCloseable
{
    private static final int TIMEOUT_S = 120;

    private final LabProcess process;
    private final PrintWriter writer;
    private int heard;

    private PacketPipe(final LabProcess process, final PrintWriter writer)
    {
        this.process = process;
        this.writer = writer;
    }

    /**
     * @param host      where.
     * @param directory for the FIFO.
     * @param device    name of a TUN device to make; down at first.
     * @return the pipe to and from that device.
     */
    public static PacketPipe tun(final LabHost host, final Path directory, final String device)
    {
        return start(host, directory, List.of("tun", device));
    }

    /**
     * @param host      where.
     * @param directory for the FIFO.
     * @param port      of UDP to bind, on its address of the wire.
     * @return the pipe to and from that socket.
     */
    public static PacketPipe udp(final LabHost host, final Path directory, final int port)
    {
        return start(host, directory, List.of("udp", host.underlayV4(), Integer.toString(port)));
    }

    private static PacketPipe start(final LabHost host, final Path directory, final List<String> what)
    {
        final Path fifo = directory.resolve("packets-" + host.number() + "-" + String.join("-", what));
        host.run("mkfifo", fifo.toString()).orFail();
        final String classes = Path.of("target/engine-examples.jar").toAbsolutePath() + File.pathSeparator +
            Path.of("target/test-classes").toAbsolutePath();
        final List<String> arguments = new ArrayList<>(List.of(fifo.toString()));
        arguments.addAll(what);
        final LabProcess process = host.start(JavaCommand.of(
            List.of("-Xmx64m", "-cp", classes),
            PacketPeer.class.getName(), arguments));
        process.awaitLine(PacketPeer.READY, TIMEOUT_S);
        try
        {
            return new PacketPipe(process, new PrintWriter(fifo.toFile(), StandardCharsets.US_ASCII));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * @param line as {@link PacketPeer} takes it.
     */
    public void send(final String line)
    {
        writer.println(line);
        writer.flush();
    }

    /** @return the next that came, as {@link PacketPeer} tells it. */
    public String next()
    {
        heard++;
        final String start = "got " + heard + " ";
        return process.awaitLine(start, TIMEOUT_S).substring(start.length());
    }

    @Override
    public void close()
    {
        process.close();
        writer.close();
    }
}
