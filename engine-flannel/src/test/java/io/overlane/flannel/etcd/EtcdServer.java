// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.http.HttpClient;
import io.overlane.flannel.http.HttpReply;
import io.overlane.flannel.http.HttpRequest;
import io.overlane.testdata.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * One etcd with a data directory of its own, as a child process: it can be frozen, killed and started again on the same
 * data and port.
 */
public final class EtcdServer implements AutoCloseable
{
    private static final String EXECUTABLE = "etcd";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String READY = "ready to serve client requests";

    private final Path directory;
    private final List<String> command = new ArrayList<>();
    private final String endpoint;
    private final HttpClient client = new HttpClient(null, TIMEOUT);
    private final Thread stopAtExit;
    private Process process;
    private Path log;
    private int starts;

    private EtcdServer(
        final Path directory, final List<String> wrapper, final String scheme, final String host, final int[] ports,
        final List<String> arguments)
    {
        this.directory = directory;
        this.endpoint = scheme + "://" + host + ":" + ports[0];
        final String peer = "http://" + host + ":" + ports[1];
        command.addAll(wrapper);
        command.addAll(List.of(
            EXECUTABLE,
            "--data-dir", directory.resolve("data").toString(),
            "--listen-client-urls", endpoint,
            "--advertise-client-urls", endpoint,
            "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer,
            "--initial-cluster", "default=" + peer));
        command.addAll(arguments);
        this.stopAtExit = new Thread(this::kill);
        Runtime.getRuntime().addShutdownHook(stopAtExit);
    }

    /** @return whether this machine can run one; {@code scripts/setup.sh test} installs it. */
    public static boolean isInstalled()
    {
        for (final String directory : System.getenv("PATH").split(":"))
        {
            if (Files.isExecutable(Path.of(directory, EXECUTABLE)))
            {
                return true;
            }
        }
        return false;
    }

    /** @return whether it can be told to speak version 2 ({@code --enable-v2}); etcd 3.6 cannot. */
    public static boolean knowsV2()
    {
        try
        {
            final Process help = new ProcessBuilder(EXECUTABLE, "--help").redirectErrorStream(true).start();
            return new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8).contains("--enable-v2");
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * @param directory for data and log, empty.
     * @param arguments more options of etcd's.
     * @return a server on free ports of 127.0.0.1, ready.
     */
    public static EtcdServer onLoopback(final Path directory, final String... arguments)
    {
        return new EtcdServer(
            directory, List.of(), "http", "127.0.0.1", freePorts(), List.of(arguments)).start();
    }

    /**
     * @param directory for data and log, empty.
     * @param arguments more options of etcd's, the certificate's among them.
     * @return a server that speaks TLS to clients on a free port of 127.0.0.1, ready.
     */
    public static EtcdServer withTls(final Path directory, final String... arguments)
    {
        return new EtcdServer(
            directory, List.of(), "https", "127.0.0.1", freePorts(), List.of(arguments)).start();
    }

    /**
     * @param directory for data and log, empty.
     * @param wrapper   of the command, for example {@code ip netns exec NAME}.
     * @param host      address to listen at inside; ports 2379 and 2380.
     * @param arguments more options of etcd's.
     * @return a server there, ready.
     */
    public static EtcdServer wrapped(
        final Path directory, final List<String> wrapper, final String host, final String... arguments)
    {
        return new EtcdServer(
            directory, wrapper, "http", host, new int[]{2379, 2380}, List.of(arguments)).start();
    }

    /**
     * @param directory for data and logs, empty.
     * @param members   how many.
     * @return that many servers on free ports of 127.0.0.1 that form one cluster, ready.
     */
    public static List<EtcdServer> cluster(final Path directory, final int members)
    {
        final List<int[]> ports = new ArrayList<>();
        final StringJoiner peers = new StringJoiner(",");
        for (int i = 0; i < members; i++)
        {
            ports.add(freePorts());
            peers.add("member" + i + "=http://127.0.0.1:" + ports.get(i)[1]);
        }
        final List<EtcdServer> servers = new ArrayList<>();
        for (int i = 0; i < members; i++)
        {
            // Of an option given twice etcd takes the last.
            final EtcdServer server = new EtcdServer(
                directory.resolve("member" + i), List.of(), "http", "127.0.0.1", ports.get(i),
                List.of("--name", "member" + i, "--initial-cluster", peers.toString()));
            server.launch();
            servers.add(server);
        }
        servers.forEach(EtcdServer::awaitReady);
        return servers;
    }

    /** etcd's gateway connects to the port it was told to listen at, so that cannot be 0. */
    private static int[] freePorts()
    {
        final int port = FreePorts.take(2);
        return new int[]{port, port + 1};
    }

    /** @return {@code http://HOST:PORT} for clients. */
    public String endpoint()
    {
        return endpoint;
    }

    /** @return the client port. */
    public int port()
    {
        return URI.create(endpoint).getPort();
    }

    /**
     * Start it, for the first time or again.
     *
     * @return this, ready.
     */
    public EtcdServer start()
    {
        launch();
        awaitReady();
        return this;
    }

    private void launch()
    {
        log = directory.resolve("etcd-" + starts++ + ".log");
        try
        {
            Files.createDirectories(directory);
            process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private void awaitReady()
    {
        final long deadline = System.nanoTime() + TIMEOUT.toNanos();
        try
        {
            while (!Files.readString(log, StandardCharsets.UTF_8).contains(READY))
            {
                if (!process.isAlive() || System.nanoTime() - deadline > 0)
                {
                    kill();
                    throw new IllegalStateException("etcd did not start:\n" + Files.readString(log));
                }
                Thread.sleep(20);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        catch (final InterruptedException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    /** SIGSTOP: connections are taken, nothing is answered. */
    public void freeze()
    {
        signal("-STOP");
    }

    /** SIGCONT. */
    public void thaw()
    {
        signal("-CONT");
    }

    /** SIGKILL; {@link #start} brings it back with what it had synced. */
    public void kill()
    {
        if (process != null)
        {
            process.destroyForcibly().onExit().join();
        }
    }

    /** Kill it and start it again with an empty store on the same ports. */
    public void startEmpty()
    {
        kill();
        try (Stream<Path> files = Files.walk(directory.resolve("data")))
        {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList())
            {
                Files.delete(file);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        start();
    }

    private void signal(final String signal)
    {
        try
        {
            final int status = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
            if (status != 0)
            {
                throw new IllegalStateException("kill " + signal + " failed");
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        catch (final InterruptedException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    /**
     * Write a key of version 3, without a lease.
     *
     * @param key   its name.
     * @param value its text.
     */
    public void put(final String key, final String value)
    {
        post("/v3/kv/put", "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}");
    }

    /**
     * @param key of version 3 to remove.
     */
    public void delete(final String key)
    {
        post("/v3/kv/deleterange", "{\"key\":\"" + base64(key) + "\"}");
    }

    /**
     * @param key of version 3.
     * @return what the gateway says of it.
     */
    public String get(final String key)
    {
        return post("/v3/kv/range", "{\"key\":\"" + base64(key) + "\"}");
    }

    /** Forget every revision but the current one. */
    public void compact()
    {
        final String revision = get("/").replaceAll(".*\"revision\":\"(\\d+)\".*", "$1");
        post("/v3/kv/compaction", "{\"revision\":\"" + revision + "\",\"physical\":true}");
    }

    /**
     * @param path of a call of the JSON gateway.
     * @param body its message.
     * @return its answer.
     */
    public String post(final String path, final String body)
    {
        return send("POST", path, body, "");
    }

    /**
     * @param method        of HTTP.
     * @param path          on the server.
     * @param body          to send, JSON.
     * @param authorization of a user, or empty.
     * @return the answer.
     */
    public String send(final String method, final String path, final String body, final String authorization)
    {
        final HttpRequest request = HttpRequest.of(method, endpoint + path).withBody("application/json", body);
        return request(authorization.isEmpty() ? request : request.withHeader("Authorization", authorization));
    }

    /**
     * @param key  of version 2, with a slash in front.
     * @param form what to put.
     * @return the answer.
     */
    public String putV2(final String key, final String form)
    {
        return request(HttpRequest.of("PUT", endpoint + "/v2/keys" + key)
            .withBody("application/x-www-form-urlencoded", form));
    }

    private String request(final HttpRequest request)
    {
        try
        {
            final HttpReply reply = client.send(request, TIMEOUT);
            if (reply.status() >= 300)
            {
                throw new IllegalStateException(request.uri() + ": " + reply.status() + " " + reply.body());
            }
            return reply.body();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        catch (final InterruptedException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    private static String base64(final String text)
    {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Kills it; the directory is the caller's. */
    @Override
    public void close()
    {
        kill();
        try
        {
            Runtime.getRuntime().removeShutdownHook(stopAtExit);
        }
        catch (final IllegalStateException ignored)
        {
            // The JVM ends; the hook runs anyway.
        }
    }
}
