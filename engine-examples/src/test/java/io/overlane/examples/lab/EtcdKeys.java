// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes keys of an etcd from inside its network, in a process of its own that is asked through a file:
 * Unix-domain sockets know no network namespaces. The words of a request are separated by tabs.
 *
 * <pre>
 *  put KEY VALUE
 *  delete KEY
 *  revoke KEY                revoke the lease of etcd's that the key is attached to
 *  get KEY                   every key that starts so: one line "KEY VALUE" each
 *  put-v2 KEY VALUE          of version 2, as the two below
 *  delete-v2 KEY
 *  get-v2 KEY                the answer
 *  idle                      leases of etcd's without a key, one number each
 *  ends KEY                  what etcd answers about the key, with the number of its lease
 *  post PATH BODY            a call of the JSON gateway, and its answer
 *  login USER PASSWORD       for all later requests
 *  compact                   forget every revision but the current one
 *  many KEY-FORMAT VALUE-FORMAT COUNT     numbers 0… as the high and low octet, for both formats
 * </pre>
 */
public final class EtcdKeys
{
    /** What it prints as soon as it may be asked. */
    static final String LISTENING = "listening";

    /** The last line of every answer to a request that was carried out. */
    private static final String DONE = "done";

    private static final Pattern LEASE = Pattern.compile("\"(?:lease|ID)\":\"(\\d+)\"");

    private static final int TIMEOUT_MS = 60_000;

    private final String endpoint;

    /** Of the user who is logged in; empty for none. */
    private String token = "";

    private EtcdKeys(final String endpoint)
    {
        this.endpoint = endpoint;
    }

    /**
     * @param args endpoint of etcd, path of the socket to make.
     * @throws IOException if the socket breaks.
     */
    public static void main(final String[] args) throws IOException
    {
        final EtcdKeys etcd = new EtcdKeys(args[0]);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX))
        {
            server.bind(UnixDomainSocketAddress.of(args[1]));
            System.out.println(LISTENING);
            while (true)
            {
                try (SocketChannel channel = server.accept())
                {
                    final String request = new BufferedReader(
                        new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8)).readLine();
                    channel.write(ByteBuffer.wrap(etcd.answer(request).getBytes(StandardCharsets.UTF_8)));
                }
            }
        }
    }

    /**
     * Called by the tests.
     *
     * @param socket of a running process.
     * @param words  of the request.
     * @return the lines of the answer.
     * @throws IOException if there is no answer, or etcd refuses.
     */
    static List<String> ask(final Path socket, final List<String> words) throws IOException
    {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket)))
        {
            channel.write(ByteBuffer.wrap((String.join("\t", words) + "\n").getBytes(StandardCharsets.UTF_8)));
            final List<String> lines = new ArrayList<>(
                new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8).lines().toList());
            if (lines.isEmpty() || !DONE.equals(lines.remove(lines.size() - 1)))
            {
                throw new IOException(words + ": " + lines);
            }
            return lines;
        }
    }

    private String answer(final String request)
    {
        try
        {
            return String.join("\n", carryOut(request.split("\t"))) + "\n" + DONE + "\n";
        }
        catch (final IOException | RuntimeException ex)
        {
            return ex + "\n" + "failed\n";
        }
    }

    private List<String> carryOut(final String[] words) throws IOException
    {
        switch (words[0])
        {
            case "put":
                put(words[1], words.length > 2 ? words[2] : "");
                break;

            case "ends":
                return List.of(call("/v3/kv/range", "{\"key\":\"" + base64(words[1]) + "\"}").strip());

            case "post":
                return List.of(call(words[1], words[2]).strip());

            case "login":
                token = "";
                token = call("/v3/auth/authenticate",
                    "{\"name\":\"" + words[1] + "\",\"password\":\"" + words[2] + "\"}")
                    .replaceAll("(?s).*\"token\":\"([^\"]+)\".*", "$1");
                break;

            case "delete":
                call("/v3/kv/deleterange", "{\"key\":\"" + base64(words[1]) + "\"}");
                break;

            case "revoke":
                final String lease = numbers(call("/v3/kv/range", "{\"key\":\"" + base64(words[1]) + "\"}")).get(0);
                call("/v3/lease/revoke", "{\"ID\":\"" + lease + "\"}");
                break;

            case "get":
                return get(words[1]);

            case "put-v2":
                callV2("PUT", words[1], "value=" + URLEncoder.encode(words[2], StandardCharsets.UTF_8));
                break;

            case "delete-v2":
                callV2("DELETE", words[1], "");
                break;

            case "get-v2":
                return List.of(callV2("GET", words[1] + "?recursive=true", "").strip());

            case "idle":
                return idle();

            case "compact":
                compact();
                break;

            default:
                for (int i = 0; i < Integer.parseInt(words[3]); i++)
                {
                    put(words[1].formatted(i >> 8, i & 0xFF), words[2].formatted(i >> 8, i & 0xFF));
                }
        }
        return List.of();
    }

    private void put(final String key, final String value) throws IOException
    {
        call("/v3/kv/put", "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}");
    }

    private void compact() throws IOException
    {
        final String revision = call("/v3/kv/range", "{\"key\":\"" + base64("/") + "\"}")
            .replaceAll(".*\"revision\":\"(\\d+)\".*", "$1");
        call("/v3/kv/compaction", "{\"revision\":\"" + revision + "\",\"physical\":true}");
    }

    private List<String> idle() throws IOException
    {
        final List<String> idle = new ArrayList<>();
        for (final String lease : numbers(call("/v3/lease/leases", "{}")))
        {
            final String about = call("/v3/lease/timetolive", "{\"ID\":\"" + lease + "\",\"keys\":true}");
            // One that has ended meanwhile has a time to live of -1.
            if (!about.contains("\"keys\":[") && !about.contains("\"TTL\":\"-1\""))
            {
                idle.add(lease);
            }
        }
        return idle;
    }

    private static List<String> numbers(final String answer)
    {
        final List<String> numbers = new ArrayList<>();
        final Matcher lease = LEASE.matcher(answer);
        while (lease.find())
        {
            numbers.add(lease.group(1));
        }
        return numbers;
    }

    private List<String> get(final String prefix) throws IOException
    {
        final List<String> lines = new ArrayList<>();
        final String answer = call("/v3/kv/range",
            "{\"key\":\"" + base64(prefix) + "\",\"range_end\":\"" + base64(prefix + "\u007F") + "\"}");
        for (final String kv : answer.split("\"key\":\""))
        {
            final int end = kv.indexOf('"');
            final int value = kv.indexOf("\"value\":\"");
            if (value > 0)
            {
                final int start = value + "\"value\":\"".length();
                lines.add(text(kv.substring(0, end)) + " " + text(kv.substring(start, kv.indexOf('"', start))));
            }
        }
        return lines;
    }

    private String call(final String path, final String body) throws IOException
    {
        return send("POST", path, "application/json", body);
    }

    private String callV2(final String method, final String key, final String form) throws IOException
    {
        return send(method, "/v2/keys" + key, "application/x-www-form-urlencoded", form);
    }

    /** With what the JDK has: this process has the tests' classes alone. */
    private String send(final String method, final String path, final String type, final String body)
        throws IOException
    {
        final HttpURLConnection call = (HttpURLConnection)URI.create(endpoint + path).toURL().openConnection();
        call.setRequestMethod(method);
        call.setConnectTimeout(TIMEOUT_MS);
        call.setReadTimeout(TIMEOUT_MS);
        if (!token.isEmpty())
        {
            call.setRequestProperty("Authorization", token);
        }
        if (!body.isEmpty())
        {
            call.setRequestProperty("Content-Type", type);
            call.setDoOutput(true);
            call.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        final boolean worked = call.getResponseCode() / 100 == 2;
        try (InputStream in = worked ? call.getInputStream() : call.getErrorStream())
        {
            final String answer = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!worked)
            {
                throw new IOException(call.getURL() + ": " + call.getResponseCode() + " " + answer);
            }
            return answer;
        }
    }

    private static String base64(final String text)
    {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(final String base64)
    {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
