import os, socket, subprocess, threading, signal
os.chdir('in')
open('plain', 'w').write('x')
d = os.open('/tmp/demo', os.O_RDONLY | os.O_DIRECTORY)
os.close(os.open('in/plain', os.O_RDWR, dir_fd=d))
os.rename('plain', 'odd <name> "q"\n\u00e9')
os.unlink('in/odd <name> "q"\n\u00e9', dir_fd=d)
try: open('/tmp/demo/secret')
except OSError: pass
s = socket.socket(socket.AF_INET6)
try: s.connect(('::ffff:127.0.0.1', 9))
except OSError: pass
s = socket.socket(socket.AF_INET6)
try: s.connect(('2001:db8::5', 443))
except OSError: pass
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.connect(('127.0.0.1', 53)); u.send(b'a')
x = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); x.connect(('127.0.0.1', 514)); os.write(x.fileno(), b'b')
v = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
v.connect(('127.0.0.1', 443)); v.close()
w = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
w.sendto(b'x', ('127.0.0.1', 123))
l = socket.socket(socket.AF_UNIX); l.bind('here.sock'); l.listen()
c = socket.socket(socket.AF_UNIX); c.connect('here.sock')
a = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
try: a.connect('\0abstract')
except OSError: pass
os.unlink('here.sock')
subprocess.run(['/bin/sh', '-c', 'cd /tmp && : > demo/in/made; kill -9 $$'])
pid = os.fork()
if pid == 0:
    threading.Thread(target=lambda: os.execv('/bin/true', ['true', 'from a thread'])).start()
    signal.pause()
os.waitpid(pid, 0)
