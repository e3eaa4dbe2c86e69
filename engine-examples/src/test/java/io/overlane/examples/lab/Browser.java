// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.flannel.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chromium without a window, on a host of the lab. It is driven with its own DevTools protocol over a pipe: JSON texts
 * that end with a zero byte. So no port is needed, and no library.
 */
public final class Browser implements AutoCloseable
{
    private static final List<String> NAMES = List.of("chromium-headless-shell", "chromium", "chromium-browser");
    private static final long ANSWER_LIMIT_S = 60;
    private static final int WIDTH = 1100;
    private static final int HEIGHT = 1000;

    /** The protocol is on the descriptors 3 and 4; Java has 0 and 1. */
    private static final String WITH_PIPE = "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >&2";

    private final Process process;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private String session = "";

    private Browser(final Process process)
    {
        this.process = process;
        final Thread reader = new Thread(this::read, "browser");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Start a browser, or skip the test where there is none.
     *
     * @param host    whose network it uses.
     * @param profile an empty directory for its files.
     * @return the browser, with an empty page.
     */
    public static Browser openOrSkip(final LabHost host, final Path profile)
    {
        final String program = NAMES.stream()
            .filter(name -> host.run("sh", "-c", "command -v " + name).status() == 0)
            .findFirst().orElse(null);
        assumeTrue(program != null, "needs Chromium: none of " + NAMES + " is installed");
        final CommandResult version = host.run(program, "--version");
        assumeTrue(version.status() == 0, () -> "Chromium does not start here: " + version);
        final List<String> command = new ArrayList<>(List.of(
            "ip", "netns", "exec", host.namespace(), "bash", "-c", WITH_PIPE, program,
            "--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
            // Its sandbox does not work for root.
            "--no-sandbox", "--hide-scrollbars", "--user-data-dir=" + profile));
        try
        {
            final Browser browser = new Browser(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
            browser.begin();
            return browser;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private void begin()
    {
        final String target = ask("Target.createTarget", "\"url\":\"about:blank\"").text("targetId", "");
        session = ask("Target.attachToTarget", "\"targetId\":\"" + target + "\",\"flatten\":true")
            .text("sessionId", "");
        ask("Runtime.enable", "");
        ask("Log.enable", "");
        ask("Page.enable", "");
        ask("Emulation.setDeviceMetricsOverride",
            "\"width\":" + WIDTH + ",\"height\":" + HEIGHT + ",\"deviceScaleFactor\":1,\"mobile\":false");
    }

    /** Load a page. */
    public void open(final String url)
    {
        ask("Page.navigate", "\"url\":\"" + url + "\"");
    }

    /**
     * @param expression of JavaScript without double quotes.
     * @return its value as text.
     */
    public String value(final String expression)
    {
        return ask("Runtime.evaluate", "\"expression\":\"String(" + expression + ")\",\"returnByValue\":true")
            .object("result").text("value", "");
    }

    /** Wait until an expression is true. */
    public void await(final String expression, final int seconds)
    {
        Poll.until(expression + ", is " + value("document.body.innerText"), seconds,
            () -> value("Boolean(" + expression + ")").equals("true"));
    }

    /** The page as PNG. */
    public byte[] screenshot()
    {
        return Base64.getDecoder().decode(ask("Page.captureScreenshot", "\"format\":\"png\"").text("data", ""));
    }

    /** Errors of scripts, and everything that the browser refused to load. */
    public List<String> complaints()
    {
        return complaints;
    }

    @Override
    public void close()
    {
        process.destroy();
        try
        {
            if (!process.waitFor(ANSWER_LIMIT_S, TimeUnit.SECONDS))
            {
                process.destroyForcibly();
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    private JsonObject ask(final String method, final String parameters)
    {
        final int id = lastId.incrementAndGet();
        final CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        asked.put(id, answer);
        final String request = "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":{" + parameters + "}" +
            (session.isEmpty() ? "" : ",\"sessionId\":\"" + session + "\"") + "}\0";
        try
        {
            process.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            final JsonObject reply = answer.get(ANSWER_LIMIT_S, TimeUnit.SECONDS);
            if (reply.has("error"))
            {
                throw new AssertionError(method + ": " + reply.raw("error"));
            }
            return reply.object("result");
        }
        catch (final Exception ex)
        {
            throw new AssertionError(method, ex);
        }
    }

    private void read()
    {
        try (InputStream in = process.getInputStream())
        {
            final ByteArrayOutputStream message = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read())
            {
                if (next != 0)
                {
                    message.write(next);
                    continue;
                }
                take(message.toString(StandardCharsets.UTF_8));
                message.reset();
            }
        }
        catch (final IOException ex)
        {
            // Closed.
        }
        asked.values().forEach(answer -> answer.completeExceptionally(new IOException("the browser has ended")));
    }

    private void take(final String text)
    {
        final JsonObject message = JsonObject.parse(text);
        final CompletableFuture<JsonObject> answer = asked.remove((int)message.integer("id", 0));
        if (answer != null)
        {
            answer.complete(message);
        }
        else if (List.of("Runtime.exceptionThrown", "Log.entryAdded").contains(message.text("method", "")))
        {
            complaints.add(String.valueOf(message.raw("params")));
        }
    }
}
