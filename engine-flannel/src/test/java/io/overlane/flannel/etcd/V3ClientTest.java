// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.lease.RegistryException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What gateways of different etcd versions say when something is wrong. */
class V3ClientTest
{
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // etcd 3.4 and 3.5, a call and a stream.
        "404 | {'error':'gone','message':'gone','code':5} | NOT_FOUND | gone",
        "200 | {'error':{'grpc_code':14,'http_code':503,'message':'shutting down'}} | UNREACHABLE | shutting down",
        "200 | {'error':{'grpc_code':11,'message':'compacted'}} | COMPACTED | compacted",
        "403 | {'error':'no','message':'permission denied','code':7} | REFUSED | permission denied",
        // As grpc-gateway 2 has it, which etcd 3.6 is built with.
        "404 | {'code':5,'message':'gone','details':[]} | NOT_FOUND | gone",
        "400 | {'code':3,'message':'authentication failed','details':[]} | REFUSED | authentication failed",
        "200 | {'error':{'code':14,'message':'no leader','details':[]}} | UNREACHABLE | no leader",
        // No gateway at all, and something else altogether.
        "404 | 404 page not found | REFUSED | JSON gateway",
        "200 | <html> | MALFORMED | not JSON"
    })
    void shouldTellWhatIsWrong(final int status, final String body, final String kind, final String message)
    {
        final RegistryException ex = assertThrows(
            RegistryException.class, () -> V3Client.parse("/v3/kv/range", status, body.replace('\'', '"')));
        assertEquals(kind, ex.kind().name());
        assertTrue(ex.getMessage().startsWith("etcd: /v3/kv/range"), ex.getMessage());
        assertTrue(ex.getMessage().contains(message), ex.getMessage());
    }
}
