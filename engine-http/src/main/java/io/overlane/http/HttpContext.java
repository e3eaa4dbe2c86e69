// SPDX-License-Identifier: Apache-2.0
package io.overlane.http;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.command.EngineCommands;
import io.overlane.engine.OverlayEngine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/** Settings of an {@link OverlaneHttp}. It copies them at its start; a later change has no effect. */
public final class HttpContext
{
    private final Supplier<Map<String, OverlayEngine>> engines;
    private final AdminCommands commands;
    private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private Set<String> hostNames = Set.of();
    private @Nullable Supplier<String> metrics;
    private Supplier<String> problem = () -> "";
    private @Nullable ErrorHandler errorHandler;

    /**
     * One engine with VXLAN segments.
     *
     * @param engine to show.
     */
    public HttpContext(final OverlayEngine engine)
    {
        this(() -> Map.of("engine", engine), EngineCommands.addTo(engine, true, new AdminCommands()));
    }

    /**
     * Engines that may come and go.
     *
     * @param engines  answers the present engines with their names; called each second and for requests, on threads of
     *                 the server.
     * @param commands of which those that change nothing are served; several threads may run them at the same time.
     */
    public HttpContext(final Supplier<Map<String, OverlayEngine>> engines, final AdminCommands commands)
    {
        this.engines = engines;
        this.commands = commands;
    }

    /**
     * @param address to listen on; port 0 for any free one. Default: the loopback address and port 0. There is no
     *                password and no encryption, so everybody who reaches another address can read everything.
     * @return this.
     */
    public HttpContext address(final InetSocketAddress address)
    {
        this.address = address;
        return this;
    }

    /**
     * @param names of this host that clients may use in URLs, besides its addresses and {@code localhost}. Requests
     *              with other names are refused, so that foreign pages in a browser cannot read the answers. Default:
     *              none.
     * @return this.
     */
    public HttpContext hostNames(final Set<String> names)
    {
        hostNames = Set.copyOf(names);
        return this;
    }

    /**
     * @param metrics answers the text of {@code /metrics} in Prometheus' format, such as {@code scrape()} of
     *                Micrometer's {@code PrometheusMeterRegistry}; called on a thread of the server. Default: none, and
     *                {@code /metrics} is answered with 404.
     * @return this.
     */
    public HttpContext metrics(final Supplier<String> metrics)
    {
        this.metrics = metrics;
        return this;
    }

    /**
     * @param problem answers why the application is not well, in one line, or empty text if it is well. {@code
     *                /healthz} reports it besides engines that have ended or do not answer. Default: always well.
     * @return this.
     */
    public HttpContext problem(final Supplier<String> problem)
    {
        this.problem = problem;
        return this;
    }

    /**
     * @param errorHandler gets failures of the socket and exceptions of the suppliers, on a thread of the server.
     *                     Default: a line on standard error.
     * @return this.
     */
    public HttpContext errorHandler(final ErrorHandler errorHandler)
    {
        this.errorHandler = errorHandler;
        return this;
    }

    Supplier<Map<String, OverlayEngine>> engines()
    {
        return engines;
    }

    AdminCommands commands()
    {
        return commands;
    }

    InetSocketAddress address()
    {
        return address;
    }

    Set<String> hostNames()
    {
        return hostNames;
    }

    @Nullable Supplier<String> metrics()
    {
        return metrics;
    }

    Supplier<String> problem()
    {
        return problem;
    }

    @Nullable ErrorHandler errorHandler()
    {
        return errorHandler;
    }
}
