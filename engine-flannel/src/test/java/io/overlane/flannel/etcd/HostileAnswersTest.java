// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.overlane.flannel.backend.VxlanLeaseData;
import io.overlane.flannel.http.ScriptedServer;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeListener;
import io.overlane.flannel.registry.ChangeStream;
import io.overlane.flannel.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is answered, nothing but a {@link RegistryException} of one line comes of it. */
@Tag("control-plane")
class HostileAnswersTest
{
    private static final int ROUNDS = 1500;
    private static final SubnetKey KEY = SubnetKey.parse("10.5.1.0-24");
    private static final String VALUE = "{\"PublicIP\":\"192.0.2.1\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\"," +
        "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:01\"}}";

    /** By the end of a path; what etcd 3.4 answered, made short. */
    private static final Map<String, String> ANSWERS = Map.of(
        "/v3/auth/authenticate", "{'header':{'revision':'7'},'token':'abc.7'}",
        "/v3/kv/range", "{'header':{'cluster_id':'14841639068965178418','revision':'7'},'kvs':[{'key':'KEY'," +
            "'create_revision':'5','mod_revision':'6','version':'1','value':'VALUE','lease':'77'}],'count':'1'}",
        "/v3/kv/txn", "{'header':{'revision':'8'},'succeeded':true,'responses':[{'response_put':{'header':" +
            "{'revision':'8'},'prev_kv':{'key':'KEY','lease':'76'}},'response_delete_range':{'prev_kvs':[" +
            "{'key':'KEY','lease':'76'}]}}]}",
        "/v3/lease/grant", "{'header':{'revision':'8'},'ID':'78','TTL':'86400'}",
        "/v3/lease/revoke", "{'header':{'revision':'8'}}",
        "/v3/lease/keepalive", "{'result':{'header':{'revision':'8'},'ID':'77','TTL':'86400'}}",
        "/v3/lease/timetolive", "{'header':{'revision':'8'},'ID':'77','TTL':'86399','grantedTTL':'86400'}",
        "/v3/watch", "{'result':{'header':{'revision':'7'},'created':true}}\n{'result':{'header':{'revision':'8'}," +
            "'events':[{'kv':{'key':'KEY','mod_revision':'8','value':'VALUE'}},{'type':'DELETE','kv':{'key':'KEY'," +
            "'mod_revision':'9'}}]}}\n",
        "/v2/keys", "{'action':'get','node':{'key':'/coreos.com/network/subnets/10.5.1.0-24','value':TEXT," +
            "'expiration':'2026-11-30T10:00:00Z','ttl':86399,'modifiedIndex':6,'createdIndex':6,'nodes':[{'key':" +
            "'/coreos.com/network/subnets/10.5.1.0-24','value':TEXT,'modifiedIndex':6}]}}");

    private static final String[] HOSTILE = {
        "\"x\"", "\"q\"", "null", "true", "-1", "0", "1.5", "1e400", "9223372036854775807", "-9223372036854775808",
        "\"9223372036854775807\"", "9223372036854775808",
        "1".repeat(2000), "\"\"", "[]", "{}", "[[1]]", "[null]",
        "[1]", "{\"a\":1}", "\"\\nio\"", "\"a\\r\\nX: y\"", "\"\\u001b[2J\"", "\"\\ud800\"", "\"\u202e\"", "\"=\"",
        "\"a\"", "\"not base64!\"", "[".repeat(3000), "[".repeat(900) + "]".repeat(900),
        "{\"a\":".repeat(3000), "\u0000",
        "\u001b", "\"" + "y".repeat(5000) + "\"", "{\"error\":{\"grpc_code\":\"q\",\"message\":\"\\nm\"}}", "",
        "\n"};

    private static final Pattern TOKEN = Pattern.compile("\"[^\"]*\"|-?\\d+|true|false|null|[\\[\\]{}:,]");
    private static final String[] STATUS = {"400 Bad Request", "401 Unauthorized", "404 Not Found",
        "412 Precondition Failed", "503 Service Unavailable"};

    private static String sound(final String request)
    {
        final String path = request.split(" ")[1];
        final String answer = ANSWERS.entrySet().stream().filter(entry -> path.startsWith(entry.getKey()))
            .map(Map.Entry::getValue).findFirst().orElseThrow();
        return answer.replace('\'', '"')
            .replace("KEY", base64("/coreos.com/network/subnets/10.5.1.0-24")).replace("VALUE", base64(VALUE))
            .replace("TEXT", "\"" + VALUE.replace("\"", "\\\"") + "\"");
    }

    private static String base64(final String text)
    {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @return the text with one to three places changed; half the time inside what a node wrote. */
    private static String changed(final String text, final Random random)
    {
        String changed = text;
        if (random.nextInt(3) == 0)
        {
            changed = changed.replace(base64(VALUE), base64(replaced(VALUE, random)));
        }
        for (int i = random.nextInt(3); i >= 0; i--)
        {
            changed = random.nextInt(4) > 0 || changed.isEmpty() ? replaced(changed, random) :
                random.nextBoolean() ? changed.substring(0, random.nextInt(changed.length())) :
                    edited(changed, random);
        }
        return changed;
    }

    private static String replaced(final String text, final Random random)
    {
        final List<MatchResult> tokens = TOKEN.matcher(text).results().toList();
        if (tokens.isEmpty())
        {
            return text;
        }
        final MatchResult token = tokens.get(random.nextInt(tokens.size()));
        return text.substring(0, token.start()) + HOSTILE[random.nextInt(HOSTILE.length)] + text.substring(token.end());
    }

    private static String edited(final String text, final Random random)
    {
        final StringBuilder edited = new StringBuilder(text);
        edited.setCharAt(random.nextInt(text.length()), (char)random.nextInt(256));
        return edited.toString();
    }

    /** One call each. */
    private enum Act implements Consumer<Registry>
    {
        CONFIG(Registry::config),
        LEASES(registry -> registry.leases().leases().forEach(HostileAnswersTest::look)),
        FIND(registry -> look(registry.find(KEY))),
        CREATE(registry -> look(registry.create(KEY, lease().attributes(), RegistryContract.DAY, 7))),
        UPDATE(registry -> look(registry.update(lease(), lease().attributes(), RegistryContract.DAY))),
        PROLONG(registry -> look(registry.prolong(lease(), RegistryContract.DAY))),
        DELETE(registry -> registry.delete(lease())),
        CHANGES(HostileAnswersTest::follow);

        private final Consumer<Registry> call;

        Act(final Consumer<Registry> call)
        {
            this.call = call;
        }

        @Override
        public void accept(final Registry registry)
        {
            call.accept(registry);
        }
    }

    private static Lease lease()
    {
        return new Lease(KEY, RegistryContract.attributes("192.0.2.1"), RegistryContract.DAY, false, 6);
    }

    private static void follow(final Registry registry)
    {
        try (ChangeStream stream = registry.changes(null, 7))
        {
            for (int i = 0; i < 3; i++)
            {
                stream.await(new ChangeListener()
                {
                    @Override
                    public void onPut(final Lease lease)
                    {
                        look(lease);
                    }

                    @Override
                    public void onRemove(final SubnetKey key)
                    {
                        assertNotNull(key.toString());
                    }
                });
            }
        }
    }

    /** As a backend does. */
    private static void look(final Lease lease)
    {
        if (lease == null)
        {
            return;
        }
        try
        {
            VxlanLeaseData.parse(lease.attributes().backend(false));
        }
        catch (final IllegalArgumentException ex)
        {
            assertIsOneLine(ex.getMessage());
        }
    }

    private static void assertIsOneLine(final String message)
    {
        assertTrue(message.chars().noneMatch(Character::isISOControl), () -> "more than a line: " + message);
    }

    private static Registry registry(final EtcdApi api, final ScriptedServer server, final boolean asUser)
    {
        final EtcdOptions options =
            EtcdOptions.of(server.endpoint()).withRequestTimeout(Duration.ofSeconds(20));
        return api.open(
            asUser ? options.withUser("root", "secret") : options, HostileAnswersTest::assertIsOneLine);
    }

    /** A server that ends its connections, so that a watch ends too. */
    private static ScriptedServer server(final UnaryOperator<String> change, final Random random)
    {
        return new ScriptedServer((request, socket) ->
        {
            final boolean isWatch = request.contains(" /v3/watch ") || request.contains("wait=true");
            final String index = random.nextInt(10) == 0 ? "X-Etcd-Index: x\r\n" : "X-Etcd-Index: 7\r\n";
            final String body = change.apply(sound(request));
            final String status = random.nextInt(8) > 0 ? "200 OK" : STATUS[random.nextInt(STATUS.length)];
            return ScriptedServer.send(socket,
                ScriptedServer.answer(status, body).replaceFirst("\r\n", "\r\n" + index)) && !isWatch;
        });
    }

    @ParameterizedTest
    @EnumSource(EtcdApi.class)
    void shouldThrowNothingButRegistryExceptions(final EtcdApi api)
    {
        final Random random = new Random(10);
        int refused = 0;
        int taken = 0;
        try (ScriptedServer server = server(sound -> changed(sound, random), random))
        {
            final Registry asUser = registry(api, server, true);
            final Registry asNobody = registry(api, server, false);
            for (int round = 0; round < ROUNDS; round++)
            {
                final Act act = Act.values()[round % Act.values().length];
                final String which = api + " " + act + " in round " + round;
                try
                {
                    act.accept(random.nextInt(4) == 0 ? asUser : asNobody);
                    taken++;
                }
                catch (final RegistryException ex)
                {
                    refused++;
                    assertIsOneLine(ex.getMessage());
                }
                catch (final RuntimeException ex)
                {
                    fail(which, ex);
                }
            }
        }
        assertTrue(refused > ROUNDS / 4, "the answers are hardly ever wrong");
        assertTrue(taken > ROUNDS / 40, "the answers are hardly ever right");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'header':{'revision':'x'}} | revision=\"x\": expected a whole number",
        "{'code':'q','error':'gone'} | code=\"q\": expected a whole number",
        "{'error':{'code':{}}} | code={}: expected a whole number",
        "{'kvs':{}} | kvs={}: expected an array",
        "{'kvs':[1]} | not a JSON object: 1",
        "{'kvs':[{'key':'!'}]} | key=\"!\": expected base64",
        "{'header':{'revision':'9223372036854775808'}} | revision=\"9223372036854775808\": expected a whole number",
        "{'header':7} | header=7: expected an object"
    })
    void shouldSayWhatIsWrongWithAnAnswer(final String body, final String message)
    {
        try (ScriptedServer server =
            ScriptedServer.answering(ScriptedServer.answer("200 OK", body.replace('\'', '"'))))
        {
            final Registry registry = registry(EtcdApi.V3, server, false);
            final RegistryException ex = assertThrows(RegistryException.class, registry::leases);
            assertEquals("etcd: /v3/kv/range: " + message, ex.getMessage());
            assertEquals(Kind.MALFORMED, ex.kind());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void shouldRefuseWhatIsNestedTooDeep(final String opening)
    {
        try (ScriptedServer server =
            ScriptedServer.answering(ScriptedServer.answer("200 OK", "{\"kvs\":" + opening.repeat(100_000))))
        {
            final Registry registry = registry(EtcdApi.V3, server, false);
            assertEquals(Kind.MALFORMED, assertThrows(RegistryException.class, registry::leases).kind());
        }
    }

    @Test
    void shouldMakeOneLineOfAMacAddressWithALineBreak()
    {
        final String value = VALUE.replace("02:00:00:00:00:01", "\\nio");
        try (ScriptedServer server = server(sound -> sound.replace(base64(VALUE), base64(value)), new Random()
        {
            private static final long serialVersionUID = 1L;

            @Override
            public int nextInt(final int bound)
            {
                return 1;
            }
        }))
        {
            final Lease lease = registry(EtcdApi.V3, server, false).leases().leases().get(0);
            final IllegalArgumentException ex = assertThrows(
                IllegalArgumentException.class, () -> VxlanLeaseData.parse(lease.attributes().backend(false)));
            assertEquals("not a MAC address: '?io' (expected aa:bb:cc:dd:ee:ff)", ex.getMessage());
        }
    }

    @Test
    void shouldSendNoHeaderThatATokenBrings() throws Exception
    {
        final StringBuilder seen = new StringBuilder();
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            seen.append(request);
            return ScriptedServer.send(socket, ScriptedServer.answer("200 OK",
                sound(request).replace("abc.7", "abc\\r\\nX-Brought: along")));
        }))
        {
            registry(EtcdApi.V3, server, true).leases();
            assertFalse(seen.toString().contains("\nX-Brought"), seen.toString());
        }
    }
}
