// SPDX-License-Identifier: Apache-2.0
package io.overlane.http;

import io.overlane.http.server.HttpPages;
import io.overlane.http.server.HttpQuestion;
import io.overlane.http.server.HttpReply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All pages, with the headers that keep a browser from doing anything with them but showing them. */
final class ServedPages implements HttpPages
{
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String POLICY =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Map<String, String> ASSETS = Map.of(
        "/", "text/html; charset=utf-8",
        "/page.css", "text/css; charset=utf-8",
        "/page.js", "text/javascript; charset=utf-8");

    private final EngineWatch watch;
    private final ApiPages api;
    private final @Nullable Supplier<String> metrics;
    private final Map<String, HttpReply> assets = new LinkedHashMap<>();

    ServedPages(final EngineWatch watch, final ApiPages api, final @Nullable Supplier<String> metrics)
    {
        this.watch = watch;
        this.api = api;
        this.metrics = metrics;
        ASSETS.forEach((path, type) ->
            assets.put(path, new HttpReply(200, type, read("/".equals(path) ? "/page.html" : path), Map.of())));
    }

    @Override
    public HttpReply reply(final HttpQuestion question)
    {
        return page(question)
            .with("Content-Security-Policy", POLICY)
            .with("X-Content-Type-Options", "nosniff")
            .with("Referrer-Policy", "no-referrer")
            .with("Cross-Origin-Resource-Policy", "same-origin")
            .with("Cache-Control", "no-store");
    }

    private HttpReply page(final HttpQuestion question)
    {
        final String path = question.path();
        final HttpReply asset = assets.get(path);
        if (asset != null)
        {
            return asset;
        }
        if (path.equals("/healthz"))
        {
            final String problems = watch.problems();
            return HttpReply.line(problems.isEmpty() ? 200 : 503, problems.isEmpty() ? "ok" : problems);
        }
        if (path.equals("/metrics"))
        {
            return metrics == null ?
                HttpReply.line(404, "there are no metrics: the application has set none") :
                HttpReply.of(200, PROMETHEUS, metrics.get());
        }
        final HttpReply reply = path.startsWith(ApiPages.ROOT) ? api.reply(question) : null;
        return reply != null ? reply :
            HttpReply.line(404, "no such page; there are /, /metrics, /healthz and " + ApiPages.ROOT);
    }

    private static byte[] read(final String name)
    {
        try (InputStream file = ServedPages.class.getResourceAsStream("/io/overlane/http" + name))
        {
            return file.readAllBytes();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
