// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users and passwords. */
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
        etcd.post("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"secret\"}");
        etcd.post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        etcd.post("/v3/auth/user/add", "{\"name\":\"nobody\",\"password\":\"secret\"}");
        etcd.post("/v3/auth/enable", "{}");
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
        return new EtcdV3Registry(EtcdOptions.of(etcd.endpoint()).withUser(user, password), notice ->
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
        registry.changes(null, 1).close();
        etcd.kill();
        etcd.start();
        assertEquals("{}", registry.config());
    }

    @Test
    void shouldNotMindUsersThatAreNotTurnedOn()
    {
        final EtcdV3Registry registry = registry("root", "secret");
        assertEquals("{}", registry.config());
        final String token = etcd.post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"secret\"}")
            .replaceAll(".*\"token\":\"([^\"]+)\".*", "$1");
        etcd.send("POST", "/v3/auth/disable", "{}", token);
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
