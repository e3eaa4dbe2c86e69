// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.overlane.admin.AdminClient.Reply;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The socket's file, and what well and badly behaved clients get. */
@Timeout(60)
class AdminServerTest
{
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int HUGE = 8 << 20;

    @TempDir
    private Path directory;

    private final List<Throwable> errors = new ArrayList<>();
    private final AdminCommands commands = new AdminCommands()
        .add("ping", "", "answers", words -> Answer.line("pong"))
        .add("fdb show", "[vni N]", "lists", words -> new Answer("a\nb\n", List.of("a", "b")))
        .add("names", "", "says what others wrote", words -> Answer.line("a\u001b[2J\u009b1mb\u202ec\rd"))
        .add("no", "", "refuses", words -> refuse())
        .add("fail", "", "throws", words -> fail())
        .add("huge", "", "says much", words -> new Answer("x".repeat(HUGE) + "\n", Map.of()));

    private Path path;
    private AdminServer server;

    @BeforeEach
    void open() throws IOException
    {
        path = directory.resolve("run").resolve("a.sock");
        server = AdminServer.open(path, commands, errors::add);
    }

    @AfterEach
    void close()
    {
        server.close();
        server.close();
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldSayThatAskingIsNotAllowed() throws IOException
    {
        final Path closed = Files.createDirectory(directory.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(closed), "root may read everything");
        final Path hidden = closed.resolve("a.sock");
        final IOException ex = assertThrows(
            IOException.class, () -> AdminClient.ask(hidden, List.of("ping"), TIMEOUT_NS));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        assertEquals(
            "no permission for admin socket " + hidden + ": only its user may open it", ex.getMessage());
    }

    @Test
    void shouldAnswerInTextAndInJson() throws IOException
    {
        assertEquals(new Reply(AdminStatus.OK, "pong\n"), ask("ping"));
        assertEquals(new Reply(AdminStatus.OK, "{\"message\":\"pong\"}\n"), ask("-j", "ping"));
        assertEquals(new Reply(AdminStatus.OK, "a\nb\n"), ask("fdb", "show", "vni", "1"));
        assertEquals(new Reply(AdminStatus.OK, "[\"a\",\"b\"]\n"), ask("-j", "fdb", "show"));
    }

    @Test
    void shouldDoNothingToATerminal() throws IOException
    {
        assertEquals(new Reply(AdminStatus.OK, "a?[2J?1mb?c?d\n"), ask("names"));
    }

    @Test
    void shouldSayFirstHowItEnded() throws IOException
    {
        assertEquals("ok 5\npong\n", raw("ping\n"));
        assertEquals("refused 8\nnot now\n", raw("no\n"));
        assertEquals("usage 29\nunexpected 'x' (usage: ping)\n", raw("ping x\n"));
        assertEquals(AdminStatus.REFUSED, ask("fail").status());
        assertEquals("java.lang.IllegalStateException: broken\n", ask("fail").body());
    }

    @Test
    void shouldMakeTheSocketForItsOwnerOnly() throws IOException
    {
        assertEquals("rw-------", permissions(path));
        assertEquals("rwx------", permissions(path.getParent()));
        try (Stream<Path> files = Files.list(path.getParent()))
        {
            assertEquals(
                List.of("a.sock", "a.sock.lock"), files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void shouldRemoveTheSocketWhenClosed() throws IOException
    {
        server.close();
        assertFalse(Files.exists(path));
        assertThrows(IOException.class, () -> ask("ping"));
        server = AdminServer.open(path, commands, errors::add);
        assertEquals(AdminStatus.OK, ask("ping").status());
    }

    @Test
    void shouldNotRemoveWhatTookItsPlace() throws IOException
    {
        Files.delete(path);
        Files.writeString(path, "another's");
        server.close();
        assertTrue(Files.exists(path));
    }

    @Test
    void shouldReplaceTheSocketOfADeadProcess() throws IOException
    {
        server.close();
        listen(path).close();
        assertTrue(Files.exists(path));
        final IOException refused = assertThrows(IOException.class, () -> ask("ping"));
        assertEquals("the program at admin socket " + path + " has ended", refused.getMessage());

        server = AdminServer.open(path, commands, errors::add);
        assertEquals("rw-------", permissions(path));
        assertEquals(AdminStatus.OK, ask("ping").status());
    }

    @Test
    void shouldRefuseTheSocketOfALivingProcess() throws IOException
    {
        final String message = "admin socket " + path + " is in use by a running process";
        assertEquals(message, whyRefused(path));

        // One that does not lock.
        server.close();
        final ServerSocketChannel other = listen(path);
        assertEquals(message, whyRefused(path));
        assertTrue(Files.exists(path));
        other.close();
    }

    @Test
    void shouldRefuseToReplaceWhatIsNoSocket() throws IOException
    {
        final Path file = Files.writeString(directory.resolve("file"), "kept");
        assertEquals(file + " exists and is not a socket", whyRefused(file));
        assertEquals("cannot open admin socket /: this is the root directory", whyRefused(Path.of("/")));
        assertEquals("kept", Files.readString(file));
    }

    @Test
    void shouldSayWhenAPathIsTooLong()
    {
        final Path tooLong = directory.resolve("x".repeat(120));
        assertTrue(whyRefused(tooLong).startsWith("cannot open admin socket " + tooLong + ": "), whyRefused(tooLong));
    }

    @Test
    void shouldTakeARequestWithoutItsLineEnd() throws IOException
    {
        try (SocketChannel client = connect())
        {
            client.write(ByteBuffer.wrap("ping".getBytes(StandardCharsets.US_ASCII)));
            client.shutdownOutput();
            assertEquals("ok 5\npong\n", readAll(client));
        }
    }

    @Test
    void shouldRefuseWhatIsNoRequest() throws IOException
    {
        assertTrue(raw("\n").startsWith("usage "), raw("\n"));
        assertTrue(raw("-j\n").startsWith("usage "), raw("-j\n"));
        final String escape = raw("\u001b[31m\u0000\n");
        assertTrue(escape.startsWith("usage ") && escape.indexOf(0x1b) < 0 && escape.indexOf(0) < 0, escape);
        try (SocketChannel client = connect())
        {
            client.write(ByteBuffer.wrap(new byte[]{(byte)0xFF, (byte)0xFE, '\n'}));
            assertEquals("usage 33\nthe request is not text in UTF-8\n", readAll(client));
        }
        try (SocketChannel client = connect())
        {
            client.shutdownOutput();
            assertEquals("", readAll(client));
        }
        assertEquals(AdminStatus.OK, ask("ping").status());
    }

    @Test
    void shouldRefuseARequestThatIsTooLong() throws IOException
    {
        final String longest = "ping" + " ".repeat(AdminServer.MAX_REQUEST_LENGTH - 5) + "\n";
        assertEquals("ok 5\npong\n", raw(longest));
        assertTrue(raw(" " + longest).startsWith("usage "), "one byte more");
        try (SocketChannel client = connect())
        {
            final byte[] garbage = new byte[1 << 20];
            new SplittableRandom(7).nextBytes(garbage);
            garbage[0] = 'x';
            try
            {
                final ByteBuffer buffer = ByteBuffer.wrap(garbage);
                while (buffer.hasRemaining())
                {
                    client.write(buffer);
                }
            }
            catch (final IOException ex)
            {
                assertTrue(ex.getMessage().contains("Broken pipe") || ex.getMessage().contains("reset"), ex.toString());
            }
        }
        assertEquals(AdminStatus.OK, ask("ping").status());
    }

    @Test
    void shouldServeOthersWhileManyAreSilent() throws IOException
    {
        final List<SocketChannel> silent = new ArrayList<>();
        try
        {
            for (int i = 0; i < 3 * AdminServer.MAX_CLIENTS; i++)
            {
                silent.add(connect());
            }
            assertEquals(AdminStatus.OK, ask("ping").status());
            assertEquals(AdminStatus.OK, ask("ping").status());
        }
        finally
        {
            CloseHelper.quietCloseAll(silent);
        }
    }

    @Test
    void shouldServeOthersWhileOneTakesNoAnswer() throws IOException
    {
        try (SocketChannel slow = connect())
        {
            slow.write(ByteBuffer.wrap("huge\n".getBytes(StandardCharsets.US_ASCII)));
            assertEquals(AdminStatus.OK, ask("ping").status());
            final String head = "ok " + (HUGE + 1) + "\n";
            assertEquals(head.length() + HUGE + 1, readAll(slow).length());
        }
        assertEquals(HUGE + 1, ask("huge").body().length());
    }

    @Test
    void shouldCloseWhoSendsNothing() throws IOException
    {
        server.close();
        server = AdminServer.open(path, commands, errors::add, TimeUnit.MILLISECONDS.toNanos(20));
        try (SocketChannel silent = connect(); SocketChannel half = connect())
        {
            half.write(ByteBuffer.wrap("pi".getBytes(StandardCharsets.US_ASCII)));
            assertEquals("", readAll(silent));
        }
        assertEquals(AdminStatus.OK, ask("ping").status());
    }

    private Reply ask(final String... words) throws IOException
    {
        return AdminClient.ask(path, List.of(words), TIMEOUT_NS);
    }

    private SocketChannel connect() throws IOException
    {
        final SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(UnixDomainSocketAddress.of(path));
        return client;
    }

    private String raw(final String request) throws IOException
    {
        try (SocketChannel client = connect())
        {
            client.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
            return readAll(client);
        }
    }

    private String whyRefused(final Path where)
    {
        return assertThrows(IOException.class, () -> AdminServer.open(where, commands, errors::add)).getMessage();
    }

    private static String readAll(final SocketChannel client) throws IOException
    {
        return new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8);
    }

    private static ServerSocketChannel listen(final Path where) throws IOException
    {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(where));
    }

    private static String permissions(final Path file) throws IOException
    {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static Answer refuse() throws AdminException
    {
        throw AdminException.refused("not now");
    }

    private static Answer fail()
    {
        throw new IllegalStateException("broken");
    }
}
