// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.admin.AdminClient;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminServer;
import io.overlane.admin.AdminStatus;
import io.overlane.control.FdbRequest;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of the admin socket at their worst, while every frame of a segment goes where it should. */
@Timeout(120)
class HostileClientsTest
{
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");
    private static final byte[] FRAME = FrameSpec.ipv4Udp().destinationMac(M.value()).bytes();
    private static final byte[] DATAGRAM = FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(1).datagram();
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int CONNECTIONS = 200;
    private static final int ENTRIES = 5000;
    private static final int REQUESTS = 1000;

    /** Whatever they come to, it is not about segment 1. */
    private static final List<String> WORDS = List.of(
        "fdb", "neigh", "route", "segment", "stats", "drops", "help", "ping", "-j", "show", "add", "replace", "append",
        "set", "vni", "77", "16777216", "-1", "dst", "192.0.2.7", "::", "port", "0", "65535", "learning", "on", "off",
        "policy", "strict", "group", "239.1.1.1", "none", "flood-limit", "port=1", "max-learned", "remote",
        "02:00:00:00:00:77", "01:00:5e:00:00:01", "00:00:00:00:00:00", "lladdr", "10.0.0.9", "static", "learned",
        "reason", "oversize", "\u0000", "\u202e", "'", "\\", "%s", "999999999999999999999");

    private final EngineHarness harness = EngineHarness.create();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    private Path directory;

    private Path path;
    private AdminServer server;

    @BeforeEach
    void open() throws IOException
    {
        harness.context().fdb(fdb -> fdb.maxEntries(2 * ENTRIES))
            .segment(new SegmentContext(77).port(new LoopbackPort("other", 1450, 16, 2048)));
        harness.launch(new SegmentContext(1).fdb(M, EngineHarness.A));
        harness.attach(EngineHarness.A);
        for (int i = 0; i < ENTRIES; i++)
        {
            final MacAddress mac = new MacAddress(0x02_00_00_01_00_00L + i);
            harness.engine().control().operate(tables -> tables.replace(new FdbRequest(77, mac, EngineHarness.B)));
            harness.run();
        }
        path = directory.resolve("a.sock");
        server = AdminServer.open(
            path, EngineCommands.addTo(harness.engine(), true, new AdminCommands()), errors::add);
    }

    @AfterEach
    void close()
    {
        threads.shutdownNow();
        server.close();
        harness.close();
    }

    @Test
    void shouldAnswerWordsInAnyOrder() throws Exception
    {
        whileTrafficGoesOn(() ->
        {
            final SplittableRandom random = new SplittableRandom(11);
            for (int i = 0; i < REQUESTS; i++)
            {
                final StringBuilder line = new StringBuilder();
                for (int words = 1 + random.nextInt(8); words > 0; words--)
                {
                    line.append(WORDS.get(random.nextInt(WORDS.size()))).append(random.nextInt(20) == 0 ? "" : " ");
                }
                final String answer = raw(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
                assertTrue(answer.matches("(?s)(ok|refused|usage) \\d+\n.*"), () -> line + " -> " + answer);
                assertEquals(-1, answer.indexOf("Exception"), () -> line + " -> " + answer);
            }
            return null;
        });
    }

    @Test
    void shouldSurviveBytesHalfLinesAndLongOnes() throws Exception
    {
        whileTrafficGoesOn(() ->
        {
            final SplittableRandom random = new SplittableRandom(12);
            for (int i = 0; i < REQUESTS; i++)
            {
                final byte[] bytes = new byte[i % 100 == 0 ? 1 << 20 : random.nextInt(300)];
                random.nextBytes(bytes);
                if (i % 100 == 0)
                {
                    Arrays.fill(bytes, (byte)'x');
                }
                raw(bytes);
            }
            return null;
        });
    }

    @Test
    void shouldServeOthersBesideManyWhoHoldOnAndWhoNeverRead() throws Exception
    {
        whileTrafficGoesOn(() ->
        {
            final List<SocketChannel> held = new ArrayList<>();
            try
            {
                for (int i = 0; i < CONNECTIONS; i++)
                {
                    final SocketChannel client = connect();
                    held.add(client);
                    try
                    {
                        // More than a socket holds: the rest waits for the client.
                        client.write(ByteBuffer.wrap(
                            (i % 10 == 0 ? "-j fdb show\n" : "fdb sh").getBytes(StandardCharsets.UTF_8)));
                    }
                    catch (final IOException ex)
                    {
                        assertTrue(isCutOff(ex), ex::toString);
                    }
                    if (i % 20 == 0)
                    {
                        assertEquals(AdminStatus.OK, AdminClient.ask(path, List.of("ping"), TIMEOUT_NS).status());
                    }
                }
            }
            finally
            {
                CloseHelper.quietCloseAll(held);
            }
            return null;
        });
    }

    private void whileTrafficGoesOn(final Callable<Void> attack) throws Exception
    {
        final Future<Void> attacker = threads.submit(attack);
        long frames = 0;
        while (!attacker.isDone())
        {
            harness.transmit(FRAME);
            harness.receive(EngineHarness.A, DATAGRAM);
            frames++;
            assertEquals(1, harness.sentTo(EngineHarness.A).size());
            assertEquals(1, harness.delivered().size());
        }
        final Future<?> last = threads.submit(() ->
        {
            assertEquals("pong\n", ping());
            return null;
        });
        while (!last.isDone())
        {
            harness.engine().doWork();
        }
        try
        {
            attacker.get();
            last.get();
        }
        catch (final ExecutionException ex)
        {
            throw new CompletionException(ex.getCause());
        }
        assertTrue(frames > 0);
        assertEquals(0, harness.encap().dropped() + harness.decap().dropped());
        assertEquals(List.of(), errors);
    }

    private String ping() throws IOException
    {
        return AdminClient.ask(path, List.of("ping"), TIMEOUT_NS).body();
    }

    private SocketChannel connect() throws IOException
    {
        final SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(UnixDomainSocketAddress.of(path));
        return client;
    }

    /** What came back; nothing where the server had enough. */
    private String raw(final byte... request) throws IOException
    {
        try (SocketChannel client = connect())
        {
            final ByteBuffer buffer = ByteBuffer.wrap(request);
            while (buffer.hasRemaining())
            {
                client.write(buffer);
            }
            client.shutdownOutput();
            return new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8);
        }
        catch (final IOException ex)
        {
            assertTrue(isCutOff(ex), ex::toString);
            return "";
        }
    }

    private static boolean isCutOff(final IOException ex)
    {
        return ex.getMessage().contains("Broken pipe") || ex.getMessage().contains("reset");
    }
}
