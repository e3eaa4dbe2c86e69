/** Tests of the capture file reader and writer, against each other and against libpcap. */
package io.overlane.pcap;
