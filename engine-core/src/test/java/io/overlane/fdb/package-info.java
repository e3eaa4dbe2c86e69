/** The layers of the forwarding database: who may move, evict or age whom. */
package io.overlane.fdb;
