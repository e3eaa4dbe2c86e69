package io.overlane.examples.lab;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Reads and writes keys of an etcd from inside its network, in a process of its own.
 *
 * <pre>
 *  ENDPOINT put KEY VALUE
 *  ENDPOINT delete KEY
 *  ENDPOINT get KEY                   every key that starts so: one line "KEY VALUE" each
 *  ENDPOINT put-v2 KEY VALUE          of version 2, as the two below
 *  ENDPOINT delete-v2 KEY
 *  ENDPOINT get-v2 KEY                prints the answer
 *  ENDPOINT compact                   forget every revision but the current one
 *  ENDPOINT many KEY-FORMAT VALUE-FORMAT COUNT     numbers 0… as the high and low octet, for both formats
 * </pre>
 */
public final class EtcdKeys
{
    private final HttpClient client = HttpClient.newHttpClient();
    private final String endpoint;

    private EtcdKeys(final String endpoint)
    {
        this.endpoint = endpoint;
    }

    /**
     * @param args see the class comment.
     * @throws IOException if etcd refuses.
     * @throws InterruptedException never.
     */
    public static void main(final String[] args) throws IOException, InterruptedException
    {
        final EtcdKeys etcd = new EtcdKeys(args[0]);
        switch (args[1])
        {
            case "put":
                etcd.put(args[2], args[3]);
                break;

            case "delete":
                etcd.call("/v3/kv/deleterange", "{\"key\":\"" + base64(args[2]) + "\"}");
                break;

            case "get":
                etcd.print(args[2]);
                break;

            case "put-v2":
                etcd.callV2("PUT", args[2], "value=" + URLEncoder.encode(args[3], StandardCharsets.UTF_8));
                break;

            case "delete-v2":
                etcd.callV2("DELETE", args[2], "");
                break;

            case "get-v2":
                System.out.println(etcd.callV2("GET", args[2] + "?recursive=true", ""));
                break;

            case "compact":
                etcd.compact();
                break;

            default:
                for (int i = 0; i < Integer.parseInt(args[4]); i++)
                {
                    etcd.put(args[2].formatted(i >> 8, i & 0xFF), args[3].formatted(i >> 8, i & 0xFF));
                }
        }
    }

    private void put(final String key, final String value) throws IOException, InterruptedException
    {
        call("/v3/kv/put", "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}");
    }

    private void compact() throws IOException, InterruptedException
    {
        final String revision = call("/v3/kv/range", "{\"key\":\"" + base64("/") + "\"}")
            .replaceAll(".*\"revision\":\"(\\d+)\".*", "$1");
        call("/v3/kv/compaction", "{\"revision\":\"" + revision + "\",\"physical\":true}");
    }

    private void print(final String prefix) throws IOException, InterruptedException
    {
        final String answer = call("/v3/kv/range",
            "{\"key\":\"" + base64(prefix) + "\",\"range_end\":\"" + base64(prefix + "\u007F") + "\"}");
        for (final String kv : answer.split("\"key\":\""))
        {
            final int end = kv.indexOf('"');
            final int value = kv.indexOf("\"value\":\"");
            if (value > 0)
            {
                final int start = value + "\"value\":\"".length();
                System.out.println(text(kv.substring(0, end)) + " " +
                    text(kv.substring(start, kv.indexOf('"', start))));
            }
        }
    }

    private String call(final String path, final String body) throws IOException, InterruptedException
    {
        return send(HttpRequest.newBuilder(URI.create(endpoint + path))
            .POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    private String callV2(final String method, final String key, final String form)
        throws IOException, InterruptedException
    {
        return send(HttpRequest.newBuilder(URI.create(endpoint + "/v2/keys" + key))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .method(method, HttpRequest.BodyPublishers.ofString(form)).build());
    }

    private String send(final HttpRequest request) throws IOException, InterruptedException
    {
        final HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2)
        {
            throw new IOException(request.uri() + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
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
