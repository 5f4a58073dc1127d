const list = document.getElementById("messages");
const form = document.getElementById("form");
let socket;
let last = 0; // the newest message shown: after a new connection some come again

function show({ id, name, text }) {
	if (id <= last) return;
	last = id;
	const item = document.createElement("li");
	const who = document.createElement("b");
	who.textContent = name;
	item.append(who, text);
	list.append(item);
	item.scrollIntoView();
}

function connect() {
	socket = new WebSocket(new URL("ws", location.href.replace(/^http/, "ws")));
	socket.onopen = () => socket.send(""); // tell me what was said before
	socket.onmessage = ({ data }) => show(JSON.parse(data));
	socket.onclose = () => setTimeout(connect, 1000);
}

form.onsubmit = (event) => {
	event.preventDefault();
	if (socket.readyState !== WebSocket.OPEN) return;
	socket.send(JSON.stringify(Object.fromEntries(new FormData(form))));
	form.elements.text.value = "";
};

connect();
