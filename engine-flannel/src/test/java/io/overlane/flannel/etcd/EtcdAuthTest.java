// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users and passwords. */
@Tag("control-plane")
class EtcdAuthTest
{
    @TempDir
    Path directory;
    private EtcdServer etcd;

    @BeforeEach
    void start()
    {
        assumeTrue(EtcdServer.isInstalled(), "no etcd on the path (scripts/setup.sh test)");
        etcd = EtcdServer.onLoopback(directory, "--auth-token", "simple");
        etcd.put("/coreos.com/network/config", "{}");
        addUsers(etcd);
        etcd.post("/v3/auth/enable", "{}");
    }

    private static void addUsers(final EtcdServer server)
    {
        server.post("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"secret\"}");
        server.post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        server.post("/v3/auth/user/add", "{\"name\":\"nobody\",\"password\":\"secret\"}");
    }

    @AfterEach
    void stop()
    {
        if (etcd != null)
        {
            etcd.close();
        }
    }

    private EtcdV3Registry registry(final String user, final String password)
    {
        return registry(etcd, user, password);
    }

    private static EtcdV3Registry registry(final EtcdServer server, final String user, final String password)
    {
        return new EtcdV3Registry(EtcdOptions.of(server.endpoint()).withUser(user, password), notice ->
        {
        });
    }

    @Test
    void shouldReadWriteAndWatchAsAUser()
    {
        final EtcdV3Registry registry = registry("root", "secret");
        assertEquals("{}", registry.config());
        final RegistryContract.Recorder recorder = new RegistryContract.Recorder();
        final long revision = registry.leases().revision();
        registry.create(SubnetKey.parse("10.5.1.0-24"), RegistryContract.attributes("192.0.2.1"),
            RegistryContract.DAY, revision);
        try (var stream = registry.changes(null, revision + 1))
        {
            recorder.read(stream, 1);
        }
        assertEquals(1, recorder.seen.size());
    }

    @Test
    void shouldAskForANewTokenWhenEtcdForgotIt()
    {
        final EtcdV3Registry registry = registry("root", "secret");
        assertEquals("{}", registry.config());
        // Simple tokens live in etcd's memory.
        etcd.kill();
        etcd.start();
        assertFollows(registry);
        etcd.kill();
        etcd.start();
        assertEquals("{}", registry.config());
    }

    /** etcd refuses a watch with status 200, in a message of the watch. */
    private static void assertFollows(final EtcdV3Registry registry)
    {
        final RegistryContract.Recorder recorder = new RegistryContract.Recorder();
        try (var stream = registry.changes(null, 1))
        {
            final SubnetKey key = SubnetKey.parse("10.5.1.0-24");
            final Lease lease = registry.create(
                key, RegistryContract.attributes("192.0.2.1"), RegistryContract.DAY, 0);
            registry.delete(lease);
            recorder.read(stream, 2);
        }
        assertEquals(List.of("put 10.5.1.0/24 192.0.2.1", "gone 10.5.1.0/24"), recorder.seen);
    }

    @Test
    void shouldFollowWithANewTokenWhenAuthenticationIsTurnedOnLater(@TempDir final Path other)
    {
        try (EtcdServer open = EtcdServer.onLoopback(other))
        {
            open.put("/coreos.com/network/config", "{}");
            addUsers(open);
            final EtcdV3Registry registry = registry(open, "root", "secret");
            assertEquals("{}", registry.config());
            open.post("/v3/auth/enable", "{}");
            assertFollows(registry);
        }
    }

    @Test
    void shouldFollowWithANewTokenWhenTheOldOneHasExpired(@TempDir final Path other) throws Exception
    {
        final KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        final KeyPair keys = generator.generateKeyPair();
        final Path privateKey = pem(other.resolve("private.pem"), "PRIVATE KEY", keys.getPrivate().getEncoded());
        final Path publicKey = pem(other.resolve("public.pem"), "PUBLIC KEY", keys.getPublic().getEncoded());
        try (EtcdServer jwt = EtcdServer.onLoopback(other.resolve("etcd"), "--auth-token",
            "jwt,pub-key=" + publicKey + ",priv-key=" + privateKey + ",sign-method=RS256,ttl=2s"))
        {
            jwt.put("/coreos.com/network/config", "{}");
            addUsers(jwt);
            jwt.post("/v3/auth/enable", "{}");
            final EtcdV3Registry registry = registry(jwt, "root", "secret");
            assertEquals("{}", registry.config());
            awaitExpiry(jwt, token(jwt));
            assertFollows(registry);
        }
    }

    private static Path pem(final Path file, final String kind, final byte[] encoded) throws IOException
    {
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" +
            Base64.getMimeEncoder().encodeToString(encoded) + "\n-----END " + kind + "-----\n");
    }

    private static String token(final EtcdServer server)
    {
        return server.post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"secret\"}")
            .replaceAll(".*\"token\":\"([^\"]+)\".*", "$1");
    }

    /** Returns when this token, and each older one, is refused. */
    private static void awaitExpiry(final EtcdServer server, final String token) throws InterruptedException
    {
        while (true)
        {
            try
            {
                server.send("POST", "/v3/kv/range", "{\"key\":\"YQ==\"}", token);
                Thread.sleep(100);
            }
            catch (final IllegalStateException ex)
            {
                return;
            }
        }
    }

    @Test
    void shouldNotMindUsersThatAreNotTurnedOn()
    {
        final EtcdV3Registry registry = registry("root", "secret");
        assertEquals("{}", registry.config());
        etcd.send("POST", "/v3/auth/disable", "{}", token(etcd));
        assertEquals("{}", registry.config());
        assertEquals("{}", registry("root", "secret").config());
    }

    @Test
    void shouldUseNameAndPasswordInVersion2Too(@TempDir final Path other)
    {
        assumeTrue(EtcdServer.knowsV2(), "this etcd has no version 2 any more");
        try (EtcdServer v2 = EtcdServer.onLoopback(other, "--enable-v2"))
        {
            v2.putV2("/coreos.com/network/config", "value={}");
            v2.send("PUT", "/v2/auth/users/root", "{\"user\":\"root\",\"password\":\"secret\"}", "");
            v2.send("PUT", "/v2/auth/enable", "", "");
            v2.send("PUT", "/v2/auth/roles/guest",
                "{\"role\":\"guest\",\"revoke\":{\"kv\":{\"read\":[\"/*\"],\"write\":[\"/*\"]}}}",
                "Basic cm9vdDpzZWNyZXQ=");
            final EtcdOptions options = EtcdOptions.of(v2.endpoint());
            final RegistryException ex = assertThrows(
                RegistryException.class, () -> new EtcdV2Registry(options, System.err::println).config());
            assertEquals(Kind.REFUSED, ex.kind());
            assertEquals("{}", new EtcdV2Registry(options.withUser("root", "secret"), System.err::println).config());
        }
    }

    @Test
    void shouldSayInOneLineWhoWasRefused()
    {
        for (final EtcdV3Registry registry : new EtcdV3Registry[]{
            registry(null, null), registry("root", "wrong"), registry("nobody", "secret")})
        {
            final RegistryException ex = assertThrows(RegistryException.class, registry::config);
            assertEquals(Kind.REFUSED, ex.kind());
            assertTrue(ex.getMessage().startsWith("etcd: /v3/"), ex.getMessage());
        }
    }
}
