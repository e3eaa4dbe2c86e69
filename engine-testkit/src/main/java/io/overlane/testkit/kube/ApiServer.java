// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A server that answers as the API server of Kubernetes does, as far as a network plugin and {@code kubectl} ask: it
 * gets, lists, watches, patches and deletes nodes, gets pods, and describes itself. Its nodes are in memory and survive
 * {@link #stop} and {@link #listen}. Thread-safe; each connection has a thread of its own.
 *
 * <pre>{@code
 * try (ApiServer server = new ApiServer().listen())
 * {
 *     server.addNode("one", "10.244.1.0/24");
 *     // kubectl --server URL annotate node one key=value
 *     server.answer(2, "GET /api/v1/nodes\\?watch.*", 429, 1);
 *     server.cut();
 * }
 * }</pre>
 *
 * <p>Differences from a real server: there are no Table objects, Protocol Buffers or HTTP/2, JSON patches and
 * server-side apply are refused with 415, and nodes are not selected by labels.
 */
public final class ApiServer implements AutoCloseable
{
    private static final long AWAIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int BACKLOG = 1024;

    private final NodeStore store = new NodeStore();
    private final ApiCalls calls = new ApiCalls(store);
    private final Set<ApiConnection> connections = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> requests = new ArrayList<>();
    private final Faults faults = new Faults();
    private @Nullable ServerSocket server;
    private @Nullable Thread acceptor;
    private boolean isTls;
    private boolean freezesNew;
    private @Nullable String token;

    /** Listens on a free port of 127.0.0.1, without TLS. */
    public ApiServer listen()
    {
        return listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null);
    }

    /**
     * Starts to accept connections, again after {@link #stop}.
     *
     * @param address with port 0 for a free one.
     * @param tls     with the server's key; its trust managers check the certificates that clients may show. Null for
     *                none.
     * @return this.
     * @throws UncheckedIOException if the address cannot be bound.
     */
    public synchronized ApiServer listen(final InetSocketAddress address, final @Nullable SSLContext tls)
    {
        try
        {
            final ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(address, BACKLOG);
            server = socket;
            isTls = tls != null;
            acceptor = start(() -> accept(socket, tls));
            return this;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Where the server listens, or listened last. */
    public synchronized InetSocketAddress address()
    {
        if (server == null)
        {
            throw new IllegalStateException("the server does not listen yet; call listen first");
        }
        return (InetSocketAddress)server.getLocalSocketAddress();
    }

    /** @return {@code http://ADDRESS:PORT} or {@code https://…}. */
    public synchronized String url()
    {
        final InetSocketAddress address = address();
        final String host = address.getAddress().getHostAddress().replaceFirst("%.*", "");
        return (isTls ? "https://" : "http://") + (host.contains(":") ? "[" + host + "]" : host) + ":" +
            address.getPort();
    }

    private static Thread start(final Runnable task)
    {
        final Thread thread = new Thread(task, "api-server");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept(final ServerSocket socket, final @Nullable SSLContext tls)
    {
        while (!socket.isClosed())
        {
            try
            {
                final Socket client = socket.accept();
                synchronized (this)
                {
                    final ApiConnection connection = new ApiConnection(client, tls, freezesNew);
                    connections.add(connection);
                    start(() -> serve(connection));
                }
            }
            catch (final IOException ignored)
            {
                // Closed.
            }
        }
    }

    private void serve(final ApiConnection connection)
    {
        try (connection)
        {
            for (ApiRequest request = connection.read(); request != null; request = connection.read())
            {
                final ApiAnswer refusal = refusal(request, connection);
                if (refusal == null)
                {
                    calls.answer(request, connection);
                }
                else
                {
                    connection.write(refusal);
                }
                if (request.header("connection").equalsIgnoreCase("close"))
                {
                    break;
                }
            }
        }
        catch (final InterruptedException | IOException ignored)
        {
            // The client is gone, or the connection was cut.
        }
        finally
        {
            synchronized (this)
            {
                connections.remove(connection);
            }
        }
    }

    /** Notes a request, and decides whether a fault or a wrong token is the answer to it. */
    private synchronized @Nullable ApiAnswer refusal(final ApiRequest request, final ApiConnection connection)
    {
        requests.add(request.toString());
        final ApiAnswer fault = faults.answer(request);
        if (fault != null)
        {
            return fault;
        }
        final boolean isKnown = token == null || request.header("authorization").equals("Bearer " + token) ||
            connection.hasCertificate();
        return isKnown ? null : ApiAnswer.unauthorized().answer();
    }

    /**
     * Creates a node that is Ready.
     *
     * @param podCidrs of its spec: none yet, or one of each family.
     */
    public void addNode(final String name, final String... podCidrs)
    {
        store.add(name, Map.of(), List.of(podCidrs));
    }

    /** Creates a node that has annotations from the beginning. */
    public void addNode(final String name, final Map<String, String> annotations, final String... podCidrs)
    {
        store.add(name, annotations, List.of(podCidrs));
    }

    public void deleteNode(final String name)
    {
        store.delete(name);
    }

    /** Sets the pod CIDRs of a node, also where a real server refuses to change them. */
    public void setPodCidrs(final String name, final String... podCidrs)
    {
        store.patch(name, Map.of("spec", podCidrs.length == 0 ? Map.of("$patch", "delete") :
            Map.of("podCIDR", podCidrs[0], "podCIDRs", Arrays.asList(podCidrs), "$patch", "replace")), true);
    }

    /** Sets one annotation; null removes it. */
    public void annotate(final String name, final String annotation, final @Nullable String value)
    {
        store.patch(name, ApiAnswer.object("metadata", ApiAnswer.object("annotations",
            ApiAnswer.object(annotation, value))), true);
    }

    /**
     * Changes anything of a node.
     *
     * @param patch a strategic merge patch, JSON.
     */
    public void patchNode(final String name, final String patch)
    {
        store.patch(name, ApiAnswer.parse(patch), true);
    }

    /** Writes a node's status as its kubelet does again and again: only the time of its condition Ready is new. */
    public void beat(final String name)
    {
        store.beat(name);
    }

    /** @return the node as JSON; null if there is none. */
    public @Nullable String node(final String name)
    {
        final NodeVersion node = store.find(name);
        return node == null ? null : node.json();
    }

    public Map<String, String> annotations(final String name)
    {
        return store.annotations(name);
    }

    /** @return the members of the node's condition of this type, such as status and reason; empty if it has none. */
    public Map<String, Object> condition(final String name, final String type)
    {
        return store.condition(name, type);
    }

    /** Creates a pod, which can only be read, by its namespace and name. */
    public void addPod(final String namespace, final String name, final String nodeName)
    {
        calls.addPod(namespace, name, nodeName);
    }

    /** @return the revision of the last change. */
    public long revision()
    {
        return store.revision();
    }

    /** Sends each watch that allows it a bookmark of the current revision. */
    public void bookmark()
    {
        store.bookmark();
    }

    /**
     * Forgets all changes and pages of lists up to now. A watch that asks for an older revision gets the answer 200 and
     * an ERROR event with code 410, as from a real server; a list that continues gets the answer 410.
     */
    public void compact()
    {
        calls.compact();
    }

    /** Ends each open watch with an ERROR event with code 410. */
    public void expireWatches()
    {
        store.expireWatches();
    }

    /**
     * Answers the next requests with a failure.
     *
     * @param count       of answers; {@code Integer.MAX_VALUE} until {@link #heal}.
     * @param request     a regular expression for "METHOD PATH?QUERY" as a whole.
     * @param status      of HTTP.
     * @param retryAfterS of the header Retry-After, in seconds; 0 for none.
     */
    public synchronized void answer(final int count, final String request, final int status, final int retryAfterS)
    {
        faults.add(count, request, ApiAnswer.fault(status, retryAfterS));
    }

    /** Forgets the failures of {@link #answer}, and thaws. */
    public synchronized void heal()
    {
        faults.clear();
        thaw();
    }

    /**
     * From now on requests need this bearer token, or a certificate of the client. Watches that are open go on.
     *
     * @param token null if nobody needs one.
     */
    public synchronized void requireToken(final @Nullable String token)
    {
        this.token = token;
    }

    /** Closes all connections in the middle of what they do; new ones are accepted. */
    public synchronized void cut()
    {
        connections.forEach(ApiConnection::close);
    }

    /** From now on nothing is answered and no watch is written; connections stay open, and new ones are accepted. */
    public synchronized void freeze()
    {
        freezesNew = true;
        freezeOpen();
    }

    /** Freezes the connections that are open, but none that is opened from now on. */
    public synchronized void freezeOpen()
    {
        connections.forEach(ApiConnection::freeze);
    }

    /** Ends {@link #freeze} and {@link #freezeOpen}; requests and changes that came meanwhile are answered now. */
    public synchronized void thaw()
    {
        freezesNew = false;
        connections.forEach(ApiConnection::thaw);
    }

    /** @return all requests so far as "METHOD PATH?QUERY", in order; those that were refused too. */
    public synchronized List<String> requests()
    {
        return List.copyOf(requests);
    }

    /**
     * Waits until watches have begun, at most a minute. A watch has begun when it has sent the state that it
     * begins with. It reports each later change as an event of its own.
     *
     * @param count of watches that began since the server was made, also of those that have ended.
     * @throws AssertionError if the minute is over.
     */
    public void awaitWatches(final int count) throws InterruptedException
    {
        final int begun = store.awaitWatches(count, AWAIT_NS);
        if (begun < count)
        {
            throw new AssertionError(begun + " watches began, but " + count + " were expected; the requests were " +
                new LinkedHashSet<>(requests()));
        }
    }

    /** @return how many connections are open. */
    public synchronized int connections()
    {
        return connections.size();
    }

    /** Stops to listen and closes all connections, as when the process ends; nodes stay. */
    public void stop()
    {
        final ServerSocket socket;
        final Thread accepting;
        synchronized (this)
        {
            socket = server;
            accepting = acceptor;
        }
        if (socket != null && accepting != null)
        {
            try
            {
                socket.close();
                // Its call of accept holds the port until it returns.
                accepting.join();
            }
            catch (final IOException ex)
            {
                throw new UncheckedIOException(ex);
            }
            catch (final InterruptedException ex)
            {
                Thread.currentThread().interrupt();
            }
        }
        cut();
    }

    @Override
    public void close()
    {
        stop();
    }
}
