// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import static io.overlane.testkit.EngineHarness.A;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.admin.AdminClient;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.AdminServer;
import io.overlane.admin.AdminStatus;
import io.overlane.capture.Capture;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.Direction;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ctl capture}: to a file of the engine, and down the socket. */
@Timeout(60)
class CaptureCommandsTest
{
    private static final byte[] FRAME = FrameSpec.ipv4Udp().bytes();

    @TempDir
    private Path folder;

    private final EngineHarness harness = EngineHarness.create();
    private final EngineCaptures captures = new EngineCaptures(null);
    private final List<Throwable> errors = new ArrayList<>();
    private AdminCommands commands;
    private AdminServer server;
    private Path socket;

    @BeforeEach
    void open() throws IOException
    {
        harness.attach(A);
        harness.launch(new SegmentContext(42).fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), A));
        commands = EngineCommands.addTo(harness.engine(), true, captures, new AdminCommands());
        socket = folder.resolve("run").resolve("a.sock");
        server = AdminServer.open(socket, commands, errors::add);
    }

    @AfterEach
    void close()
    {
        captures.close();
        server.close();
        harness.close();
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldCaptureToAFileUntilItIsStopped() throws Exception
    {
        final Path file = folder.resolve("x.pcapng");
        assertEquals(
            "capturing to " + file + "\n", run("capture start " + file + " vni 42,43 direction encap snap 64"));
        transmit();
        assertTrue(run("capture show").contains(file + "  yes"), run("capture show"));
        final String stopped = run("capture stop " + file);
        assertTrue(stopped.contains(file + "  no  ") && stopped.contains(" 2  "), stopped);
        try (CaptureReader reader = CaptureReader.open(file))
        {
            assertTrue(reader.next());
            assertEquals("vni=42 remote=192.0.2.10 verdict=delivered", reader.comment());
            assertTrue(reader.next());
            assertEquals(Direction.OUT, reader.direction());
        }
        assertEquals("no capture to " + file + " runs", refused("capture stop " + file));
        assertEquals(file + " exists; remove it or name another file", refused("capture start " + file));
        run("capture start " + file + " overwrite drops reason no-destination,unknown-vni ip 10.0.0.1 mac " +
            "02:00:00:00:00:01 size 1M files 2 seconds 100");
        run("capture stop");
        assertEquals("no capture runs", refused("capture stop"));
    }

    @Test
    void shouldSayWhatIsWrongWithARequest()
    {
        assertTrue(refused("capture start").startsWith("FILE is missing (usage: capture start FILE [overwrite] [vni"));
        assertTrue(refused("capture start x").startsWith("'x' is not a whole path, which begins with /: "));
        assertTrue(refused("capture - vni 1,x").startsWith("not a VNI: 'x'"));
        assertTrue(refused("capture - reason why").startsWith("unknown reason 'why'"));
        assertTrue(refused("capture - direction up").startsWith("not a direction: 'up'"));
        assertTrue(refused("capture start /x size 1").startsWith("size 1 is less than 4096 bytes"));
        assertTrue(refused("capture start /x size 1T").startsWith("not a size: '1T'"));
        assertTrue(refused("capture start /no/where/x").startsWith("/no/where/x: there is no such folder"));
    }

    @Test
    void shouldStreamToAClientUntilItGoes() throws Exception
    {
        final PipedInputStream in = new PipedInputStream(1 << 20);
        final PipedOutputStream out = new PipedOutputStream(in);
        final CompletableFuture<AdminClient.Reply> reply = CompletableFuture.supplyAsync(() ->
        {
            try
            {
                return AdminClient.ask(socket, List.of("capture", "-"), TimeUnit.SECONDS.toNanos(30), out);
            }
            catch (final IOException ex)
            {
                return new AdminClient.Reply(AdminStatus.REFUSED, ex.getMessage());
            }
        });
        final Capture capture = started();
        transmit();
        final CaptureReader reader = CaptureReader.open(Channels.newChannel(in), "stdin");
        assertTrue(reader.next());
        assertEquals("vni=42 remote=192.0.2.10 verdict=delivered", reader.comment());
        in.close();
        while (capture.statistics().isRunning())
        {
            transmit();
        }
        assertEquals("the reader has gone", capture.statistics().end());
        assertEquals(AdminStatus.REFUSED, reply.get().status());
        assertEquals(AdminStatus.OK, AdminClient.ask(socket, List.of("help"), TimeUnit.SECONDS.toNanos(30)).status());
    }

    @Test
    void shouldEndTheStreamWhenTheCaptureIsStopped() throws Exception
    {
        final PipedInputStream in = new PipedInputStream(1 << 20);
        final CompletableFuture<AdminClient.Reply> reply = new CompletableFuture<>();
        final PipedOutputStream out = new PipedOutputStream(in);
        new Thread(() ->
        {
            try
            {
                reply.complete(AdminClient.ask(socket, List.of("capture", "-"), TimeUnit.SECONDS.toNanos(30), out));
            }
            catch (final IOException ex)
            {
                reply.completeExceptionally(ex);
            }
        }).start();
        started();
        transmit();
        run("capture stop -");
        assertEquals(new AdminClient.Reply(AdminStatus.OK, ""), reply.get());
        out.close();
        try (CaptureReader reader = CaptureReader.open(Channels.newChannel(in), "stdin"))
        {
            assertTrue(reader.next());
            assertTrue(reader.next());
            assertFalse(reader.next());
        }
    }

    @Test
    void shouldLoseRecordsOfAClientThatTakesNothing() throws Exception
    {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX))
        {
            client.connect(UnixDomainSocketAddress.of(socket));
            client.write(ByteBuffer.wrap("capture - snap 2000\n".getBytes(StandardCharsets.US_ASCII)));
            final Capture capture = started();
            while (capture.statistics().lost() == 0)
            {
                transmit();
            }
            assertEquals(harness.encap().framesIn(), harness.encap().delivered());
            assertTrue(run("capture show").contains("-  "), run("capture show"));
        }
    }

    private Capture started()
    {
        while (captures.all().isEmpty())
        {
            harness.run();
        }
        return captures.all().get(0);
    }

    private void transmit()
    {
        harness.transmit(FRAME);
        harness.sentTo(A);
    }

    private String run(final String request) throws AdminException
    {
        return commands.run(List.of(request.split(" "))).text();
    }

    private String refused(final String request)
    {
        return assertThrows(AdminException.class, () -> run(request)).getMessage();
    }
}
